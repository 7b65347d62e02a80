"""The grammar: what is read, what is refused, and how the refusal helps."""

import pytest

from jobs.schedule import InvalidSchedule, Never, Schedule, parse
from jobs.schedule.grammar import MACROS
from jobs.schedule.times import Times

ALL = {"second": 60, "minute": 60, "hour": 24, "day": 31, "month": 12, "weekday": 7}


def times(text: str) -> Times:
    rule = parse(text).rule
    assert isinstance(rule, Times)
    return rule


@pytest.mark.parametrize(
    ("text", "field", "values"),
    [
        ("57 54 3 * * *", "second", (57,)),
        ("57 54 3 * * *", "minute", (54,)),
        ("57 54 3 * * *", "hour", (3,)),
        ("0 */15 * * * *", "minute", (0, 15, 30, 45)),
        ("0 5/15 * * * *", "minute", (5, 20, 35, 50)),
        ("0 5-20/5,59,7 * * * *", "minute", (5, 7, 10, 15, 20, 59)),
        ("0 */60 * * * *", "minute", (0,)),
        ("00 007 03 * * *", "minute", (7,)),
        ("0 0 20/2 * * *", "hour", (20, 22)),
        ("0 0 0 28/1 * *", "day", (28, 29, 30, 31)),
        ("0 0 0 1 jan,JUL-Sep,12 *", "month", (1, 7, 8, 9, 12)),
        ("0 0 0 1 oct/1 *", "month", (10, 11, 12)),
        ("0 0 1 * * 6", "weekday", (6,)),
        ("0 0 1 * * 7", "weekday", (0,)),
        ("0 0 1 * * 1,7", "weekday", (0, 1)),
        ("0 0 1 * * 07", "weekday", (0,)),
        ("0 0 1 * * 1/2", "weekday", (1, 3, 5)),
        ("0 0 1 * * mon/2", "weekday", (1, 3, 5)),
        ("0 0 1 * * */2", "weekday", (0, 2, 4, 6)),
        ("0 0 1 * * Mon-FRI", "weekday", (1, 2, 3, 4, 5)),
        ("0 0 1 ? * 6", "day", tuple(range(1, 32))),
        ("0 0 1 1 * ?", "weekday", tuple(range(7))),
        ("\t0  0 1\t* * 6 ", "hour", (1,)),
    ],
)
def test_a_field_names_its_values(text: str, field: str, values: tuple[int, ...]) -> None:
    assert getattr(times(text), field).values == values


@pytest.mark.parametrize(("macro", "expression"), MACROS.items())
def test_a_macro_is_its_six_fields(macro: str, expression: str) -> None:
    assert times(macro) == times(expression)
    assert parse(macro).text == macro
    assert parse(macro).every is None


def test_every_is_a_span_of_whole_seconds() -> None:
    assert [str(parse(f"@every {word}").every) for word in ("1s", "90m", "1h30m", "1.2s", "8760h")] == [
        *("0:00:01", "1:30:00", "1:30:00", "0:00:02", "365 days, 0:00:00")
    ]


def test_equal_texts_are_equal_schedules() -> None:
    assert parse("0 0 3 * * *") == parse("0 0 3 * * *")
    assert len({parse("0 0 3 * * *"), parse("0 0 3 * * *"), parse("@daily"), parse("@midnight")}) == 3


@pytest.mark.parametrize(
    ("text", "either"),
    [
        ("0 0 0 13 * FRI", True),
        ("0 0 0 1-31 * FRI", True),
        ("0 0 0 5,* * FRI", True),
        ("0 0 0 13 * *", False),
        ("0 0 0 13 * ?", False),
        ("0 0 0 * * FRI", False),
        ("0 0 0 ? * FRI", False),
        ("0 0 0 */2 * FRI", False),
        ("0 0 0 13 * */2", False),
        ("0 0 0 *,5 * FRI", False),
    ],
)
def test_either_day_will_do_where_no_day_field_begins_with_a_star(text: str, either: bool) -> None:  # noqa: FBT001
    assert times(text).either_day is either


@pytest.mark.parametrize(
    ("text", "field", "message"),
    [
        ("", "schedule", "is empty; use sec min hour day-of-month month day-of-week, for example 0 0 3 * * *"),
        ("0 3 * * *", "schedule", "has five fields, and the first of six are the seconds; write 0 0 3 * * *"),
        ("*/5  9-17 * * 1-5", "schedule", "write 0 */5 9-17 * * 1-5"),
        ("0 0 3 * * * 2026", "schedule", "has not six fields but 7"),
        ("nightly", "schedule", "has not six fields but 1"),
        ("@reboot", "schedule", "'@reboot' is none of @yearly, @annually"),
        ("@Daily", "schedule", "'@Daily' is none of"),
        ("@daily 0", "schedule", "'@daily 0' is none of"),
        ("@every", "schedule", "use for example @every 1h30m"),
        ("@every15m", "schedule", "'@every15m' is none of"),
        ("@every 999ms", "schedule", "'999ms' is not a span from 1 second to 365 days"),
        ("@every -5m", "schedule", "'-5m' is not a span"),
        ("@every 0", "schedule", "'0' is not a span"),
        ("@every 8761h", "schedule", "'8761h' is not a span"),
        ("@every 1h 30m", "schedule", "'1h 30m' is not a span"),
        ("@every day", "schedule", "'day' is not a span"),
        ("0 0 3 * * *\n", "schedule", r"holds '\n'; use only plain letters and digits"),
        ("0 0 3 * *\x00 *", "schedule", r"holds '\x00'"),
        ("\u0661 0 3 * * *", "schedule", "holds '\u0661'"),
        ("0 0 \uff13 * * *", "schedule", "holds '\uff13'"),
        ("0\u00a00 3 * * *", "schedule", r"holds '\xa0'"),
        ("0 0 3 * * \ud800", "schedule", r"holds '\ud800'"),
        ("0 0 3 * * " + "1," * 100 + "1", "schedule", "has 211 characters, more than 200"),
        ("60 0 3 * * *", "second", "the second '60' is not from 0 to 59; use for example 0, 5,35 or */15"),
        ("0 60 3 * * *", "minute", "the minute '60' is not from 0 to 59"),
        ("0 -5 3 * * *", "minute", "the minute '-5' is not from 0 to 59"),
        ("0 0 24 * * *", "hour", "the hour '24' is not from 0 to 23; use for example 3, 9-17 or */6"),
        ("0 0 0 0 * *", "day-of-month", "the day-of-month '0' is not from 1 to 31"),
        ("0 0 0 32 * *", "day-of-month", "the day-of-month '32' is not from 1 to 31"),
        (
            "0 0 0 1 13 *",
            "month",
            "the month '13' is not from 1 to 12 or JAN to DEC; use for example 1, JAN,JUL or */3",
        ),
        ("0 0 0 1 MON *", "month", "the month 'MON' is not from 1 to 12 or JAN to DEC"),
        ("0 0 0 1 JANUARY *", "month", "the month 'JANUARY' is not"),
        ("0 0 0 * * 8", "day-of-week", "'8' is not from 0 to 6 or SUN to SAT; use for example 6, MON-FRI, 5,6,0 or ?"),
        ("0 0 0 * * 5-7", "day-of-week", "the day-of-week '7' is not from 0 to 6"),
        ("0 0 0 * * 7/2", "day-of-week", "the day-of-week '7' is not from 0 to 6"),
        ("0 0 0 * * FRI-MON", "day-of-week", "the day-of-week 'FRI-MON' runs backwards; write 5-6,0-1"),
        ("0 0 22-6 * * *", "hour", "the hour '22-6' runs backwards; write 22-23,0-6"),
        ("0 1,,2 3 * * *", "minute", "the minute '' is empty between its commas"),
        ("0 ,1 3 * * *", "minute", "the minute '' is empty between its commas"),
        ("0 */0 * * * *", "minute", "the minute step 0 is not from 1 to 60"),
        ("0 */90 * * * *", "minute", "the minute step 90 is not from 1 to 60"),
        ("0 1/ * * * *", "minute", "the minute '1/' is not"),
        ("0 */-5 * * * *", "minute", "the minute '*/-5' is not"),
        ("0 1-2-3 * * * *", "minute", "the minute '1-2-3' is not"),
        ("0 **/5 * * * *", "minute", "the minute '**/5' is not"),
        ("0 1.5 * * * *", "minute", "the minute '1.5' is not"),
        ("0 " + "9" * 190 + " * * *", "schedule", "has five fields"),
        ("0 " + "9" * 180 + " * * * *", "minute", "is not from 0 to 59"),
        ("0 */" + "9" * 180 + " * * * *", "minute", "the minute step 99999999999999999999 is not from 1 to 60"),
        ("? 0 3 * * *", "second", "the second '?' holds a ?, which only stands alone, for a day field"),
        ("0 0 3 ? ? *", "month", "the month '?' holds a ?"),
        ("0 0 3 1,? * *", "day-of-month", "the day-of-month '?' holds a ?"),
        ("0 0 3 ?/2 * *", "day-of-month", "the day-of-month '?/2' holds a ?"),
        ("0 0 3 L * *", "day-of-month", "the day-of-month 'L' holds an L, W or #, which jobsite does not know"),
        ("0 0 3 lw * *", "day-of-month", "'lw' holds an L, W or #"),
        ("0 0 3 15W * *", "day-of-month", "'15W' holds an L, W or #"),
        ("0 0 3 * * 5L", "day-of-week", "'5L' holds an L, W or #"),
        ("0 0 3 * * FRI#2", "day-of-week", "'FRI#2' holds an L, W or #"),
    ],
)
def test_what_is_no_schedule_is_refused_with_its_field_and_a_right_example(text: str, field: str, message: str) -> None:
    with pytest.raises(InvalidSchedule) as refused:
        parse(text)
    assert message in str(refused.value)
    assert refused.value.field == field
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize("text", ["0 0 3 30 2 *", "0 0 3 31 FEB,APR,JUN,SEP,NOV ?", "0 0 3 30/1 FEB */2"])
def test_a_date_that_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(Never, match="never comes in the month") as refused:
        parse(text)
    assert refused.value.field == "day-of-month"
    assert isinstance(refused.value, InvalidSchedule)


def test_a_date_that_never_comes_is_no_harm_where_a_day_of_the_week_will_do() -> None:
    assert isinstance(parse("0 0 3 30 2 MON"), Schedule)
