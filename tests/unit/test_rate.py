"""What THROTTLE can say."""

from datetime import timedelta

import pytest

from jobsite.access.rate import InvalidRate, Rate


@pytest.mark.parametrize(
    ("text", "number", "each"),
    [
        ("600/min", 600, timedelta(milliseconds=100)),
        (" 10/s ", 10, timedelta(milliseconds=100)),
        ("1/hour", 1, timedelta(hours=1)),
        ("7/day", 7, timedelta(days=1) // 7),
    ],
)
def test_a_rate_is_a_number_and_a_span(text: str, number: int, each: timedelta) -> None:
    rate = Rate.parse(text)
    assert (rate.number, rate.each) == (number, each)


@pytest.mark.parametrize("text", ["", "600", "600/", "/min", "-1/min", "0/min", "1.5/min", "1/week", "1 /min", "٣/min"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(InvalidRate, match="600/min"):
        Rate.parse(text)
