"""When a cron is due: a grammar of our own, and its mapping to UTC. Pure: no models, no clock.

schedule = parse("57 54 3 * * *")
schedule.next_after(moment, ZoneInfo("Europe/Berlin"))
"""

from jobs.schedule.errors import InvalidSchedule, Never, UnknownZone
from jobs.schedule.grammar import parse
from jobs.schedule.schedule import Schedule
from jobs.schedule.zone_names import read_zone

__all__ = ["InvalidSchedule", "Never", "Schedule", "UnknownZone", "parse", "read_zone"]
