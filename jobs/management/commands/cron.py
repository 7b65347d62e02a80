"""manage.py cron: what a schedule means, before it is stored, and the crons there are."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from django.utils import timezone

from jobs.cli.options import HelpFormatter
from jobs.models import Cron
from jobs.schedule import InvalidSchedule, UnknownZone, parse, read_zone

REFUSED = 2
MOST = 1000
EXAMPLES = """\
examples:
  manage.py cron next "0 */15 * * * *"
  manage.py cron next "57 54 3 * * MON-FRI" --tz Europe/Berlin --count 10
  manage.py cron next "@every 1h30m"
  manage.py cron list
"""


class Command(BaseCommand):
    help = "Say in words what a schedule means, and when it runs next; list crons. Six fields, seconds first."
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, epilog=EXAMPLES, formatter_class=HelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        upcoming = verbs.add_parser(
            "next", help="print the next runs of a schedule", epilog=EXAMPLES, formatter_class=HelpFormatter
        )
        upcoming.add_argument("schedule", metavar="EXPR", help="six fields or a macro, in quotes")
        upcoming.add_argument("--tz", default="UTC", metavar="ZONE", help="as Europe/Berlin (UTC)")
        upcoming.add_argument("--count", type=int, default=5, metavar="N", help=f"how many, 1 to {MOST} (5)")

        verbs.add_parser("list", help="print all crons, and when they run next")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, options["verb"])(options)

    def list(self, options: dict[str, Any]) -> None:
        """A line for each: name, next run, schedule, zone, action."""
        try:
            crons = list(Cron.objects.order_by("name"))
        except OperationalError as error:
            reason = " ".join(str(error).split())
            raise CommandError(
                f"the database does not answer; start bin/run, or set DATABASE_URL: {reason}", returncode=REFUSED
            ) from error
        width = max((len(cron.name) for cron in crons), default=0)
        for cron in crons:
            when = _rfc3339(cron.next_run_at) if cron.next_run_at else "disabled"
            self.stdout.write(f"{cron.name:<{width}}  {when:<20}  {cron.schedule} ({cron.timezone})  {cron.action}")

    def next(self, options: dict[str, Any]) -> None:
        """The description, then a line for each run: in the zone, and in UTC."""
        if not 1 <= options["count"] <= MOST:
            raise CommandError(f"--count {options['count']}: use 1 to {MOST}", returncode=REFUSED)
        try:
            schedule, zone = parse(options["schedule"]), read_zone(options["tz"])
        except (InvalidSchedule, UnknownZone) as error:
            raise CommandError(str(error), returncode=REFUSED) from error
        self.stdout.write(f"{schedule.describe()} ({zone.key})")
        for run, _ in zip(schedule.runs_after(timezone.now(), zone), range(options["count"]), strict=False):
            self.stdout.write(f"{run.astimezone(zone):%a %Y-%m-%d %H:%M:%S %Z}  {_rfc3339(run)}")


def _rfc3339(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
