"""When a schedule is due: examples, zone changes, and what holds for all."""

import time
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from jobs.schedule import Never, UnknownZone, parse, read_zone

ZULU = ZoneInfo("UTC")


def runs(text: str, after: str, count: int, zone: str = "UTC") -> list[str]:
    """As `02-22 03:54:57`, in UTC."""
    moments = parse(text).runs_after(datetime.fromisoformat(after), ZoneInfo(zone))
    return [f"{moment.astimezone(UTC):%m-%d %H:%M:%S}" for moment in islice(moments, count)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("57 54 3 * * *", "2017-02-22T03:54:57+00:00"), ("0 0 3 * * *", "2017-02-22T03:00:00+00:00")],
)
def test_the_crons_of_the_original_run_next_when_it_says(text: str, expected: str) -> None:
    moment = datetime(2017, 2, 21, 18, 0, 0, 123456, tzinfo=UTC)
    assert parse(text).next_after(moment, ZULU).isoformat() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 */15 * * * *", ["02-27 23:45:00", "02-28 00:00:00"]),
        ("53 42 6 * * *", ["02-28 06:42:53", "03-01 06:42:53"]),
        ("0 0 1 * * 6", ["02-28 01:00:00", "03-07 01:00:00"]),
        ("0 0 1 * * 1/2", ["03-02 01:00:00", "03-04 01:00:00", "03-06 01:00:00", "03-09 01:00:00"]),
        ("0 0 0 13 * FRI", ["03-06 00:00:00", "03-13 00:00:00", "03-20 00:00:00"]),
        ("0 0 0 */2 * MON", ["03-09 00:00:00", "03-23 00:00:00"]),
        ("0 0 0 31 * ?", ["03-31 00:00:00", "05-31 00:00:00"]),
        ("@yearly", ["01-01 00:00:00", "01-01 00:00:00"]),
        ("@monthly", ["03-01 00:00:00", "04-01 00:00:00"]),
        ("@weekly", ["03-01 00:00:00", "03-08 00:00:00"]),
        ("@daily", ["02-28 00:00:00", "03-01 00:00:00"]),
        ("@hourly", ["02-28 00:00:00", "02-28 01:00:00"]),
        ("@every 1h30m", ["02-28 01:05:01", "02-28 02:35:01"]),
        ("@every 1.5s", ["02-27 23:35:03", "02-27 23:35:05"]),
    ],
)
def test_the_next_runs_are(text: str, expected: list[str]) -> None:
    assert runs(text, "2026-02-27T23:35:00.5Z", len(expected)) == expected


def test_the_next_run_is_strictly_later() -> None:
    assert runs("0 0 3 * * *", "2026-01-01T03:00:00Z", 1) == ["01-02 03:00:00"]
    assert runs("0 0 3 * * *", "2026-01-01T03:00:00.000001Z", 1) == ["01-02 03:00:00"]
    assert runs("0 0 3 * * *", "2026-01-01T02:59:59.999999Z", 1) == ["01-01 03:00:00"]
    assert runs("@every 1m", "2026-01-01T03:00:00Z", 1) == ["01-01 03:01:00"]


BERLIN_SPRING, BERLIN_AUTUMN = "2026-03-28T22:30Z", "2026-10-24T22:30Z"


@pytest.mark.parametrize(
    ("text", "after", "expected"),
    [
        # 02:00 to 03:00 is left out on 29 March, at 01:00 UTC.
        ("0 30 2 * * *", BERLIN_SPRING, ["03-29 01:00:00", "03-30 00:30:00"]),
        ("0 */20 2 * * *", BERLIN_SPRING, ["03-29 01:00:00", "03-30 00:00:00"]),
        ("0 0 2,3 * * *", BERLIN_SPRING, ["03-29 01:00:00", "03-30 00:00:00"]),
        ("0 30 * * * *", BERLIN_SPRING, ["03-28 23:30:00", "03-29 00:30:00", "03-29 01:30:00"]),
        ("0 30 */2 * * *", BERLIN_SPRING, ["03-28 23:30:00", "03-29 02:30:00"]),
        # 02:00 to 03:00 comes twice on 25 October, from 00:00 and from 01:00 UTC.
        ("0 30 2 * * *", BERLIN_AUTUMN, ["10-25 00:30:00", "10-26 01:30:00"]),
        ("0 */30 2 * * *", BERLIN_AUTUMN, ["10-25 00:00:00", "10-25 00:30:00", "10-26 01:00:00"]),
        ("0 30 2 * * *", "2026-10-25T01:10Z", ["10-26 01:30:00"]),
        ("0 30 2,3 * * *", "2026-10-25T01:10Z", ["10-25 02:30:00"]),
        (
            "0 */30 * * * *",
            "2026-10-24T23:45Z",
            [f"10-25 0{hour}:{half}:00" for hour in (0, 1, 2) for half in ("00", "30")],
        ),
        ("0 30 */2 * * *", BERLIN_AUTUMN, ["10-25 00:30:00", "10-25 01:30:00", "10-25 03:30:00"]),
        ("@every 45m", "2026-10-24T23:45Z", ["10-25 00:30:00", "10-25 01:15:00", "10-25 02:00:00"]),
        # Only `*` in front counts elapsed time.
        ("0 30 0-23 * * *", BERLIN_AUTUMN, ["10-24 23:30:00", "10-25 00:30:00", "10-25 02:30:00"]),
        ("0 30 3,* * * *", BERLIN_AUTUMN, ["10-24 23:30:00", "10-25 00:30:00", "10-25 02:30:00"]),
        ("0 30 *,3 * * *", BERLIN_AUTUMN, ["10-24 23:30:00", "10-25 00:30:00", "10-25 01:30:00"]),
    ],
)
def test_where_the_clocks_change_in_berlin(text: str, after: str, expected: list[str]) -> None:
    assert runs(text, after, len(expected), "Europe/Berlin") == expected


def test_a_whole_day_that_a_zone_leaves_out_is_one_run_right_after_it() -> None:
    """Samoa had no 30 December 2011."""
    assert runs("0 0 9,17 * * *", "2011-12-29T20:00Z", 4, "Pacific/Apia") == [
        *("12-30 03:00:00", "12-30 10:00:00", "12-30 19:00:00", "12-31 03:00:00")
    ]
    assert runs("0 0 * * * *", "2011-12-30T08:30Z", 3, "Pacific/Apia") == [
        *("12-30 09:00:00", "12-30 10:00:00", "12-30 11:00:00")
    ]


def test_a_rare_date_is_found_beyond_a_century_without_a_leap_day() -> None:
    """A Sunday, 29 February: 2088, then 2128."""
    began = time.perf_counter()
    moment = parse("0 0 0 29 2 */7").next_after(datetime(2088, 3, 1, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
    assert time.perf_counter() - began < 0.25, "milliseconds, on a machine that does nothing else"
    assert moment.isoformat() == "2128-02-28T23:00:00+00:00"


@pytest.mark.parametrize("text", ["0 0 3 * * *", "0 0 * * * *", "@every 8760h", "0 0 0 29 2 *"])
def test_after_the_last_year_nothing_comes(text: str) -> None:
    moment = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    with pytest.raises(Never):
        parse(text).next_after(moment, ZoneInfo("Asia/Tokyo"))
    assert list(parse(text).runs_after(moment, ZoneInfo("America/New_York"))) == []


def test_a_moment_in_any_zone_is_the_same_moment() -> None:
    moment = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    schedule, berlin = parse("0 */30 * * * *"), ZoneInfo("Europe/Berlin")
    assert {
        schedule.next_after(moment.astimezone(ZoneInfo(zone)), berlin)
        for zone in ("UTC", "Asia/Tokyo", "Europe/Berlin")
    } == {moment + timedelta(minutes=20)}


def test_a_zone_is_read_by_its_name() -> None:
    assert read_zone("Europe/Berlin").key == "Europe/Berlin"


@pytest.mark.parametrize("name", ["", "Berlin", "CET+1", "../../etc/passwd", "Europe", "right/UTC", "\x00", "x" * 9999])
def test_what_is_no_zone_is_refused_with_one_near_it(name: str) -> None:
    with pytest.raises(UnknownZone, match="is no time zone; use for example ") as refused:
        read_zone(name)
    assert len(str(refused.value)) < 400
