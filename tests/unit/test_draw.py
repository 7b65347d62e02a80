"""Pictures: places and ticks that one can compute by hand, and text that stays text."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from jobsite.console.draw.picture import Words, percent
from jobsite.console.draw.scale import TimeScale, ticks
from jobsite.console.draw.share_bar import Part, share_bar
from jobsite.console.draw.time_bars import Bar, time_bars
from jobsite.console.draw.time_lines import Series, time_lines

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = TimeScale(begin=NOON - timedelta(hours=1), end=NOON)
SVG = "{http://www.w3.org/2000/svg}"
EVIL = "<script>alert(1)</script>\" onload='x'"
WORDS = Words(title=EVIL, description="what it says")


def parsed(picture: str) -> ET.Element:
    return ET.fromstring(picture)  # noqa: S314 - our own


def minutes(count: float) -> datetime:
    return HOUR.begin + timedelta(minutes=count)


def test_a_time_has_its_place() -> None:
    assert [HOUR.x(minutes(m)) for m in (-5, 0, 15, 60, 90)] == ["0%", "0%", "25%", "100%", "100%"]
    assert HOUR.width(minutes(15), minutes(16.5)) == "2.5%"
    assert percent(1 / 3) == "33.333%"


@pytest.mark.parametrize(
    ("length", "labels"),
    [
        (timedelta(minutes=1), ["11:59:00", "11:59:15", "11:59:30", "11:59:45", "12:00:00"]),
        (timedelta(hours=1), ["11:00", "11:10", "11:20", "11:30", "11:40", "11:50", "12:00"]),
        (timedelta(days=1), ["12:00", "18:00", "Nov 22", "06:00", "12:00"]),
        (timedelta(days=30), ["Oct 24", "Oct 29", "Nov 3", "Nov 8", "Nov 13", "Nov 18"]),
    ],
)
def test_ticks_stand_at_round_times(length: timedelta, labels: list[str]) -> None:
    found = ticks(TimeScale(begin=NOON - length, end=NOON))
    assert [tick.label for tick in found] == labels


def test_the_labels_at_the_ends_stay_inside() -> None:
    assert [tick.anchor for tick in ticks(HOUR)] == ["start", *["middle"] * 5, "end"]


def test_a_stack_is_as_high_as_its_share_of_the_highest() -> None:
    bars = [
        Bar(begin=minutes(0), end=minutes(1), parts={"good": 30, "bad": 10}, words="40"),
        Bar(begin=minutes(1), end=minutes(2), parts={"good": 20, "bad": 0}, words="20"),
        Bar(begin=minutes(2), end=minutes(3), parts={"good": 0.001}, words=EVIL),
    ]
    root = parsed(time_bars(bars, WORDS, scale=HOUR, peak="40", height=136))
    found = [
        [(r.get("class"), float(r.get("y") or 0), float(r.get("height") or 0)) for r in g.findall(f"{SVG}rect")[1:]]
        for g in root.findall(f"{SVG}g")
    ]
    # 100 pixels between 16 at the top and 20 at the bottom.
    assert found[0] == [("tone-good", 41.0, 75.0), ("tone-bad", 16.0, 25.0)]
    assert found[1] == [("tone-good", 66.0, 50.0)]
    assert found[2] == [("tone-good", 115.0, 1.0)]


def test_a_line_breaks_where_there_is_no_value() -> None:
    points = [(minutes(0), 1.0), (minutes(15), 2.0), (minutes(30), None), (minutes(60), 4.0)]
    root = parsed(time_lines([Series(tone="info", points=points)], WORDS, scale=HOUR, peak="4 s", height=136))
    lines = [line.get("points") for line in root.iter(f"{SVG}polyline")]
    assert lines == ["0.0,75.0 250.0,50.0", "996.0,0.0 1004.0,0.0"]


def test_parts_fill_the_whole() -> None:
    parts = [
        Part(tone="info", amount=1, words=EVIL),
        Part(tone="warn", amount=0, words="0"),
        Part(tone="quiet", amount=3, words="3"),
    ]
    root = parsed(share_bar(parts, WORDS))
    blocks = [(r.get("class"), r.get("x"), r.get("width")) for r in root.findall(f"{SVG}rect")]
    assert blocks == [("tone-info", "0%", "25%"), ("tone-quiet", "25%", "75%")]


def test_every_picture_says_in_text_what_it_shows_and_needs_no_data() -> None:
    pictures = [time_bars([], WORDS, scale=HOUR, peak=EVIL), time_lines([], WORDS, scale=HOUR, peak=EVIL)]
    for picture in [*pictures, share_bar([], WORDS)]:
        root = parsed(picture)
        assert root.get("role") == "img"
        assert (root.findtext(f"{SVG}title"), root.findtext(f"{SVG}desc")) == (EVIL, "what it says")
        assert not list(root.iter(f"{SVG}script"))
        assert "style=" not in picture
