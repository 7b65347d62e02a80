"""Schedules in words."""

import re
from pathlib import Path

import pytest
from hypothesis import given

from jobs.schedule import parse
from tests.unit.schedule.expressions import EXPRESSIONS

PAGE = Path(__file__).parents[3] / "docs" / "crons.md"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("57 54 3 * * *", "at 03:54:57 every day"),
        ("0 0 3 * * *", "at 03:00:00 every day"),
        ("0 */15 * * * *", "every 15 minutes"),
        ("53 42 6 * * *", "at 06:42:53 every day"),
        ("0 0 1 * * 6", "at 01:00:00 on Saturday"),
        ("@yearly", "at 00:00:00 on 1 January"),
        ("@annually", "at 00:00:00 on 1 January"),
        ("@monthly", "at 00:00:00 on day 1 of every month"),
        ("@weekly", "at 00:00:00 on Sunday"),
        ("@daily", "at 00:00:00 every day"),
        ("@midnight", "at 00:00:00 every day"),
        ("@hourly", "every hour"),
        ("@every 1h30m", "every 1 hour 30 minutes from when it is saved"),
        ("@every 1h", "every hour from when it is saved"),
        ("@every 2h0m1s", "every 2 hours 1 second from when it is saved"),
        ("@every 1.5s", "every 2 seconds from when it is saved"),
        ("* * * * * *", "every second"),
        ("*/10 * * * * *", "every 10 seconds"),
        ("5 * * * * *", "at second 5 of every minute"),
        ("5 */15 * * * *", "at second 5 in every 15th minute from 0 to 45 of every hour"),
        ("0 * * * * *", "every minute"),
        ("0 * 3 * * *", "every minute in hour 3"),
        ("0 30 * * * *", "at minute 30 of every hour"),
        ("0 5/15 * * * *", "at every 15th minute from 5 to 50 of every hour"),
        ("0 */7 * * * *", "at every 7th minute from 0 to 56 of every hour"),
        ("0 1,2,4 * * * *", "at minutes 1, 2 and 4 of every hour"),
        ("* 0 * * * *", "every second in minute 0 of every hour"),
        ("*/10 0-5 9-17 * * *", "every 10 seconds in minutes 0 to 5 in hours 9 to 17"),
        ("0 0 */6 * * *", "every 6 hours"),
        ("0 0 */5 * * *", "at minute 0 in every 5th hour from 0 to 20"),
        ("0 30 */12 * * *", "at 00:30:00 and 12:30:00 every day"),
        ("0 0 6,18 * * *", "at 06:00:00 and 18:00:00 every day"),
        ("0 0,30 6,18 * * *", "at 06:00:00, 06:30:00, 18:00:00 and 18:30:00 every day"),
        ("0 30 9-17 ? * MON-FRI", "at minute 30 in hours 9 to 17 on Monday to Friday"),
        ("0 0 1 * * 1/2", "at 01:00:00 on Monday, Wednesday and Friday"),
        ("0 0 0 13 * FRI", "at 00:00:00 on day 13 of the month or on Friday"),
        ("0 0 0 13 6 FRI", "at 00:00:00 on day 13 of the month or on Friday in June"),
        ("0 0 0 1-31 * FRI", "at 00:00:00 every day"),
        ("0 0 0 */2 * MON", "at 00:00:00 on Monday and only on every 2nd day from 1 to 31 of the month"),
        ("0 0 12 1,15 JAN,jul ?", "at 12:00:00 on days 1 and 15 of January and July"),
        ("0 0 0 25/3 * ?", "at 00:00:00 on days 25, 28 and 31 of every month"),
        ("0 0 0 3/3 * ?", "at 00:00:00 on every 3rd day from 3 to 30 of every month"),
        ("0 0 0 * JAN-MAR *", "at 00:00:00 every day in January to March"),
        ("0 */15 * * 1 *", "every 15 minutes in January"),
        ("0 */15 * * 1 MON", "every 15 minutes on Monday in January"),
        ("0 0 * * * MON", "every hour on Monday"),
    ],
)
def test_a_schedule_is_told_in_words(text: str, words: str) -> None:
    assert parse(text).describe() == words


def test_the_page_for_operators_tells_the_same_words() -> None:
    rows = re.findall(r"^\| `([^`]+ [^`]+|@\w+)` \| (.+) \|$", PAGE.read_text().replace("**", ""), re.MULTILINE)
    assert len(rows) == 8
    assert {text: parse(text).describe() for text, _ in rows} == dict(rows)


@given(EXPRESSIONS)
def test_every_schedule_has_words_and_they_are_plain(text: str) -> None:
    words = parse(text).describe()
    assert words.startswith(("at ", "every "))
    assert "  " not in words
    assert words == words.strip()
    assert len(words) < 1500
