"""What holds for any text and for any schedule."""

from datetime import datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from jobs.schedule import InvalidSchedule, Schedule, parse
from tests.unit.schedule.expressions import EXPRESSIONS, MOMENTS, ZONES
from tests.unit.schedule.oracle import Rules

ALPHABET = "0123456789 */,-?@LW#abeJNSUorvyd\t.h\u0663\x00"
EVERY = ["@every ", "@every 1", "@daily"]
FIELDS = {"schedule", "second", "minute", "hour", "day-of-month", "month", "day-of-week"}


SIX_WORDS = st.lists(st.text(ALPHABET, min_size=1, max_size=6), min_size=6, max_size=6).map(" ".join)


@settings(deadline=None)
@given(st.text(max_size=30) | SIX_WORDS | st.sampled_from(EVERY).flatmap(lambda macro: st.text().map(macro.__add__)))
@example("0 0 3 * * \ud800")
@example("@every " + "9" * 190)
@example("0 0 0 * * 0" + "/9" * 90)
def test_any_text_is_a_schedule_or_refused_in_print(text: str) -> None:
    schedule = _read(text)
    if isinstance(schedule, InvalidSchedule):
        assert schedule.field in FIELDS
        assert str(schedule).isprintable()
    else:
        assert schedule.text == text
        assert schedule.describe()


@settings(deadline=None)
@given(EXPRESSIONS, MOMENTS, ZONES)
def test_runs_rise_and_match_the_fields(text: str, moment: datetime, zone: ZoneInfo) -> None:
    rules, found = Rules(text), list(islice(parse(text).runs_after(moment, zone), 5))
    assert len(found) == 5
    assert all(earlier < later for earlier, later in pairwise([moment, *found]))
    for run in found:
        assert (run.tzname(), run.microsecond) == ("UTC", 0)
        local = run.astimezone(zone).replace(tzinfo=None)
        # The one run that matches nothing stands for those in the gap that ends with it.
        assert rules.local(local) or _ends_a_gap(run, zone)


@settings(deadline=None)
@given(EXPRESSIONS, MOMENTS, ZONES, st.timedeltas(timedelta(0), timedelta(days=2)))
def test_a_later_moment_has_no_earlier_run(text: str, moment: datetime, zone: ZoneInfo, later: timedelta) -> None:
    schedule = parse(text)
    first, second = (schedule.next_after(start, zone) for start in (moment, moment + later))
    assert first <= second
    # And nothing lies between: whoever starts before the run finds it.
    assert first == second or first <= moment + later


def _read(text: str) -> Schedule | InvalidSchedule:
    try:
        return parse(text)
    except InvalidSchedule as error:
        return error


def _ends_a_gap(run: datetime, zone: ZoneInfo) -> bool:
    before = (run - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
    return run.astimezone(zone).replace(tzinfo=None) - before > timedelta(seconds=1)
