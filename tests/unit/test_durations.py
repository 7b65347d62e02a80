"""Spans as Go writes them."""

from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jobs.durations import MAX, InvalidDuration, format_span, parse

MICROSECOND = timedelta(microseconds=1)
SPANS = st.integers(0, MAX // MICROSECOND).map(lambda number: number * MICROSECOND)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("", None),
        ("15m", timedelta(minutes=15)),
        ("1h30m", timedelta(minutes=90)),
        ("1.5h", timedelta(minutes=90)),
        ("300ms", timedelta(milliseconds=300)),
        ("0s", timedelta(0)),
        ("0", timedelta(0)),
        ("+0", timedelta(0)),
        ("+15m", timedelta(minutes=15)),
        ("30m1h", timedelta(minutes=90)),
        ("1m1m", timedelta(minutes=2)),
        (".5s", timedelta(milliseconds=500)),
        ("1.s", timedelta(seconds=1)),
        ("5us", 5 * MICROSECOND),
        ("5µs", 5 * MICROSECOND),  # micro sign
        ("5μs", 5 * MICROSECOND),  # Greek mu
        ("999ns", timedelta(0)),
        ("8760h", MAX),
    ],
)
def test_what_go_reads_is_read(text: str, span: timedelta | None) -> None:
    assert parse(text) == span


@pytest.mark.parametrize(
    "text",
    [
        *("15", "m", "1 h", " 1h", "1h ", "1h\n", "1H", "1d", "1h30", "1e3s", "1,5h", ".s", "+", "++1s", "1h-30m"),
        *("-1s", "-0s", "none", "null", "\uff11\uff15m", "\u0663h", "1h\x00", "P1D", "1:30"),
        *("8761h", "8760h1ns", "9" * 50 + "h", "0" * 60 + "h", "+" + "0" * 59 + "h", "-" * 1000),
    ],
)
def test_what_is_no_span_up_to_a_year_is_refused(text: str) -> None:
    with pytest.raises(InvalidDuration) as refused:
        parse(text)
    assert len(str(refused.value)) < 200


@given(st.text(alphabet="0123456789.+-hmsunµ e") | st.text())
def test_any_text_is_a_span_or_refused(text: str) -> None:
    try:
        span = parse(text)
    except InvalidDuration:
        return
    assert span is None or timedelta(0) <= span <= MAX
    assert len(text) <= 60, "the column holds no more"


@given(SPANS)
@example(MAX)
@example(MAX - MICROSECOND)
@example(timedelta(seconds=60) - MICROSECOND)
def test_a_span_comes_back_from_its_spelling(span: timedelta) -> None:
    assert parse(format_span(span)) == span


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (None, ""),
        (timedelta(0), "0s"),
        (timedelta(minutes=90), "1h30m0s"),
        (timedelta(hours=1), "1h0m0s"),
        (timedelta(minutes=15), "15m0s"),
        (timedelta(seconds=10), "10s"),
        (timedelta(seconds=1.5), "1.5s"),
        (timedelta(milliseconds=300), "300ms"),
        (timedelta(microseconds=1500), "1.5ms"),
        (timedelta(microseconds=7), "7µs"),
        (timedelta(days=365), "8760h0m0s"),
        (timedelta(hours=2, microseconds=1), "2h0m0.000001s"),
    ],
)
def test_spans_are_spelled_as_go_spells_them(span: timedelta | None, text: str) -> None:
    assert format_span(span) == text
