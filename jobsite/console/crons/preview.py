"""What a schedule means, in words and as its next runs: asked while it is typed, before anything is saved."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jobs.engine.clock import database_now
from jobs.engine.crons.spec import next_run, read_times
from jobs.engine.errors import InvalidSubmission

RUNS = 10
_FORMAT = "%a %Y-%m-%d %H:%M:%S"


class NextRun(NamedTuple):
    """A time, as it is written in the schedule's zone and in UTC."""

    at: datetime
    local: str
    utc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Words and runs, or why there are none."""

    words: str = ""
    zone: str = ""
    runs: list[NextRun] = field(default_factory=list)
    error: str = ""


def preview_of(schedule: str, timezone: str) -> Preview:
    try:
        read, zone = read_times(schedule, timezone)
        next_run(read, zone)
    except InvalidSubmission as error:
        return Preview(error=error.reason)
    runs = islice(read.runs_after(database_now(), zone), RUNS)
    times = [NextRun(run, f"{run.astimezone(zone):{_FORMAT} %Z}", f"{run.astimezone(UTC):{_FORMAT}}") for run in runs]
    return Preview(words=read.describe(), zone=zone.key, runs=times)


def describe(schedule: str, timezone: str) -> str:
    """The words alone, for a list."""
    try:
        return read_times(schedule, timezone)[0].describe()
    except InvalidSubmission as error:
        return error.reason


def first_run(schedule: str, timezone: str) -> str:
    """In UTC, or why there is none."""
    preview = preview_of(schedule, timezone)
    return f"{preview.runs[0].utc} UTC" if preview.runs else f"never ({preview.error})"


def preview_view(request: HttpRequest) -> HttpResponse:
    """The box of the form, filled anew."""
    asked = preview_of(request.GET.get("schedule", ""), request.GET.get("timezone", "") or "UTC")
    return render(request, "admin/jobs/cron/preview.html", {"preview": asked})
