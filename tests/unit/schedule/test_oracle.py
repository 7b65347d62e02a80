"""Every run around every zone change of eleven years, against the oracle's walk through each second."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest

from jobs.schedule import parse
from tests.unit.schedule.oracle import SECOND, Rules, changes, walk

FIRST_YEAR, LAST_YEAR = 2020, 2030
ZONES = (
    *("Europe/Berlin", "Europe/London", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe"),
    *("Pacific/Apia", "Asia/Tehran", "Africa/Casablanca", "America/Santiago", "Asia/Kolkata", "Pacific/Chatham", "UTC"),
    # Two hours at once, and changes at midnight.
    *("Antarctica/Troll", "America/Havana"),
)
# Also where nothing changes: a year's end, a leap day, a month's end.
QUIET = (
    datetime(2024, 2, 29, tzinfo=UTC),
    datetime(2025, 1, 1, tzinfo=UTC),
    datetime(2026, 9, 30, 23, tzinfo=UTC),
)
EXPRESSIONS = (
    *("* 59 1-3 * * *", "0 */4 * * * *", "*/30 */5 * * * *", "0 */15 * * * *", "0 30 * * * *", "30 15,45 * * * *"),
    *("0 0 * * * *", "0 30 */2 * * *", "0 0 */3 * * *", "57 54 3 * * *", "0 0 3 * * *", "0 30 2 * * *"),
    *("0 30 1 * * *", "0 */10 2 * * *", "*/20 */3 2 * * *", "0 */5 0-4 * * *", "0 0 0-23 * * *", "0 0,30 0-23/1 * * *"),
    *("0 0 0 * * *", "0 30 0 * * *", "59 59 23 * * *", "0 45 2 * * SUN", "0 30 2 ? * 0", "0 30 2 * * 7"),
    *("0 30 2 1-7 * sun", "0 30 2 */2 * SUN", "0 15 */1 25-31 MAR,oct ?", "0 15 3 ? MAR-APR MON-SAT"),
    *("0 30 0 29 2 *", "0 20 2/3 * * *", "10 20 1/1 * * *", "0 0 1 * * 6", "0 5 0,1,2,3 * * *", "0 59 1,2 * * 1/2"),
    *(
        "* 0 3 * * *",
        "*/5 0 * ? * SUN",
        "0 */20 *,5 * * *",
        "0 */20 5,* * * *",
        "53 42 6 * * *",
        "7 7 0-2,3 28/1 * 1,7",
    ),
)
RULES = {expression: Rules(expression) for expression in EXPRESSIONS}
Place = tuple[str, datetime]


def places(zone_name: str) -> list[Place]:
    return [(zone_name, moment) for moment in (*changes(ZoneInfo(zone_name), FIRST_YEAR, LAST_YEAR), *QUIET)]


def assert_as_the_rules_say(zone_name: str, around: datetime) -> None:
    zone = ZoneInfo(zone_name)
    window = walk(around, zone)
    for expression, rules in RULES.items():
        runs: Iterator[datetime] = parse(expression).runs_after(window.start - SECOND, zone)
        found = list(takewhile(lambda run: run <= window.end, runs))
        assert found == window.expected(rules), f"{expression} in {zone_name} around {around}"


@pytest.mark.slow
@pytest.mark.parametrize("zone_name", ZONES)
def test_runs_around_every_change_are_what_the_rules_say(zone_name: str) -> None:
    for place in places(zone_name):
        assert_as_the_rules_say(*place)


def test_runs_around_some_changes_are_what_the_rules_say() -> None:
    """A tenth of them, always the same, with one at least of each zone."""
    draw = random.Random(20170222)
    for all_of_zone in map(places, ZONES):
        for place in draw.sample(all_of_zone, max(1, len(all_of_zone) // 10)):
            assert_as_the_rules_say(*place)


def test_the_oracle_has_something_to_say() -> None:
    assert len(EXPRESSIONS) == len(set(EXPRESSIONS)) == 40
    counts = {zone: len(places(zone)) - len(QUIET) for zone in ZONES}
    assert counts["Europe/Berlin"] == counts["Antarctica/Troll"] == 22
    assert counts["UTC"] == counts["Asia/Kolkata"] == counts["America/Sao_Paulo"] == 0
    spring, autumn = (next(changes(ZoneInfo("Europe/Berlin"), 2026, 2026)), datetime(2026, 10, 25, 1, tzinfo=UTC))
    every_second = Rules("* * * * * *")
    assert len(walk(spring, ZoneInfo("Europe/Berlin")).missing) == 3600
    assert len(walk(autumn, ZoneInfo("Europe/Berlin")).expected(every_second)) == 6 * 3600 + 1
    assert len(walk(autumn, ZoneInfo("Europe/Berlin")).expected(Rules("* * 0-23 * * *"))) == 5 * 3600 + 1
