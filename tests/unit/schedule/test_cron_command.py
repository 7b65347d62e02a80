"""manage.py cron next."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
LINE = re.compile(r"(\w{3}) (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (CES?T)  (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)")


def run(*words: str) -> list[str]:
    out = StringIO()
    call_command("cron", "next", *words, stdout=out)
    return out.getvalue().splitlines()


def test_the_next_runs_are_told_in_the_zone_and_in_utc() -> None:
    described, *lines = run("57 54 3 * * *", "--tz", "Europe/Berlin", "--count", "370")
    assert described == "at 03:54:57 every day (Europe/Berlin)"
    assert len(lines) == 370
    matches = [LINE.fullmatch(line) for line in lines]
    moments = [datetime.fromisoformat(match[4]) for match in matches if match]
    assert len(moments) == 370
    assert moments == sorted(set(moments))
    assert moments[0] > datetime.now(UTC)
    for match, moment in zip(matches, moments, strict=True):
        assert match is not None
        assert match[2].endswith(" 03:54:57")
        assert moment.hour == (1 if match[3] == "CEST" else 2)
    assert {match[3] for match in matches if match} == {"CET", "CEST"}


def test_without_options_there_are_five_lines_in_utc() -> None:
    described, *lines = run("@hourly")
    assert described == "every hour (UTC)"
    assert all(line.endswith(f":00:00 UTC  {line[4:14]}T{line[15:23]}Z") for line in lines)
    assert len(lines) == 5


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["0 3 * * *"], "write 0 0 3 * * *"),
        (["0 0 25 * * *"], "the hour '25' is not from 0 to 23"),
        (["@daily", "--tz", "Berlin"], "'Berlin' is no time zone; use for example Europe/Berlin"),
        (["@daily", "--count", "0"], "--count 0: use 1 to 1000"),
    ],
)
def test_what_can_not_be_told_is_one_line_and_exit_2(words: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=re.escape(message)) as refused:
        run(*words)
    assert refused.value.returncode == 2


def test_a_shell_sees_the_complaint_on_stderr_and_exit_2() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "cron", "next", "0 3 * * *"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("CommandError: '0 3 * * *' has five fields")
