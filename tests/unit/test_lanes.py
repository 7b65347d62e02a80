"""Lanes: where bars are, and which slot takes over which lane."""

from datetime import UTC, datetime, timedelta

from jobsite.console.draw.lanes import Span, lanes, packed
from jobsite.console.draw.picture import Words
from jobsite.console.draw.scale import TimeScale

BEGIN = datetime(2026, 11, 22, 9, tzinfo=UTC)
SCALE = TimeScale(begin=BEGIN, end=BEGIN + timedelta(hours=1))
WORDS = Words(title="The last hour", description="3 jobs")


def span(key: str, begin: int, end: int) -> Span:
    minute = timedelta(minutes=1)
    words = f"job of {key} <b>"
    return Span(key=key, begin=BEGIN + begin * minute, end=BEGIN + end * minute, tone="good", words=words, url="/job")


def test_slots_that_work_side_by_side_have_lanes_of_their_own() -> None:
    a, b, c = span("a", 0, 10), span("b", 5, 20), span("a", 12, 30)
    assert packed([b, c, a]) == [[a, c], [b]]


def test_a_slot_that_comes_after_another_has_gone_takes_over_its_lane() -> None:
    a, b = span("a", 0, 10), span("b", 10, 20)
    assert packed([a, b]) == [[a, b]]


def test_bars_stand_at_their_times_and_are_cut_at_the_ends() -> None:
    drawn = lanes([span("a", 15, 30), span("b", -30, 15)], WORDS, scale=SCALE)
    assert 'x="25%" width="25%"' in drawn
    assert 'x="0%" width="25%"' in drawn
    assert "09:15:00 to 09:30:00: job of a &lt;b&gt;" in drawn
    assert "<desc>3 jobs</desc>" in drawn
