"""Times, spans and data as a person reads them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from jobsite.console.base.words import LONGEST_TEXT, pretty, span, units, utc


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.00 s"),
        (0.0123, "0.01 s"),
        (0.994, "0.99 s"),
        (0.996, "1.0 s"),
        (1.23, "1.2 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (185, "3 min 05 s"),
        (3599.7, "1 h 00 min"),
        (7800, "2 h 10 min"),
        (86_400 * 4 + 3600 * 3, "4 d 3 h"),
        (-90, "-1 min 30 s"),
    ],
)
def test_a_span_has_two_figures(seconds: float, text: str) -> None:
    assert span(timedelta(seconds=seconds)) == text


def test_a_time_is_utc_with_seconds() -> None:
    stockholm = timezone(timedelta(hours=2))
    assert utc(datetime(2026, 7, 1, 1, 2, 3, 999, tzinfo=stockholm)) == "2026-06-30 23:02:03"
    assert utc(datetime(2026, 7, 1, tzinfo=UTC)) == "2026-07-01 00:00:00"
    assert utc(None) == span(None) == ""


def test_data_is_indented_unescaped_and_cut() -> None:
    assert pretty(None) == ""
    assert pretty({"å": [1, None]}) == '{\n  "å": [\n    1,\n    null\n  ]\n}'
    assert len(pretty("x" * LONGEST_TEXT * 2)) < LONGEST_TEXT + 100


def test_units_are_sorted() -> None:
    assert units({"scan": 2, "default": 4}) == "default 4, scan 2"
