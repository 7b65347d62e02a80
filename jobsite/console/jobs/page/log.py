"""The log on a job's page: its end, followed; or the lines around one; or those that hold what is searched."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse

from jobs.models import Job, JobLog
from jobsite import patience
from jobsite.console.base.live import conditional, live_view
from jobsite.console.jobs.page.spells import goes_on

LOG_TAIL = 200
AROUND = 200
MOST_FOUND = 200
# In one answer to who follows; the next asks for more.
MOST_NEW = 1000
PART = 1000
_LAST_LINE = 2**31 - 1


def log_of(job: Job, asked: Mapping[str, str]) -> dict[str, Any]:
    """What the panel shows, by the page's address: `?line=120`, `?find=text`, else the end."""
    lines = JobLog.objects.filter(job=job)
    newest = lines.order_by("-line_number").values_list("line_number", flat=True).first()
    context: dict[str, Any] = {"log_find": asked.get("find", "")[:200], "log_last": newest}
    if context["log_find"].strip():
        return {**context, **_found(lines, context["log_find"].strip())}
    line = _number(asked.get("line", ""))
    if line is not None and newest is not None and line <= newest - LOG_TAIL // 2:
        return {**context, **_around(lines, line)}
    shown = list(reversed(lines.order_by("-line_number")[:LOG_TAIL]))
    after = shown[-1].line_number if shown else -1
    url = f"{reverse('admin:job_log', args=[job.pk])}?after=" if goes_on(job) else ""
    return {**context, "log_lines": shown, "log_follow": url, "log_after": after, "log_mode": "end"}


@live_view("jobs.view_job", "jobs.view_joblog")
def log_lines(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The lines after the one that the asker has, and the number of the last of them; "over" when none will come."""
    after = _number(request.GET.get("after", ""))
    # Read before the lines: what a job wrote is there when its end is seen.
    job = get_object_or_404(Job.objects.only("status"), pk=pk)
    found = JobLog.objects.filter(job=job, line_number__gt=-1 if after is None else after).order_by("line_number")
    lines = list(found[:MOST_NEW])
    last = lines[-1].line_number if lines else -1 if after is None else after
    is_over = not goes_on(job) and len(lines) < MOST_NEW
    html = render_to_string("admin/jobs/job/log_lines.html", {"lines": lines})
    answer = conditional(request, html, stamp=f"{last} {is_over}")
    answer["X-Live-After"] = "over" if is_over else str(last)
    return answer


@live_view("jobs.view_job", "jobs.view_joblog")
def log_text(_request: HttpRequest, pk: int) -> HttpResponseBase:
    """All lines as a file, sent as they are read."""
    job = get_object_or_404(Job.objects.only("uuid"), pk=pk)
    headers = {"Content-Disposition": f'attachment; filename="job-{pk}.log"'}
    return StreamingHttpResponse(_text(job), content_type="text/plain; charset=utf-8", headers=headers)


def _found(lines: QuerySet[JobLog], find: str) -> dict[str, Any]:
    wanted = lines.filter(data__icontains=find.replace("\x00", "")).order_by("line_number")
    try:
        with patience.at_most(patience.LIST):
            found = list(wanted[: MOST_FOUND + 1])
    except patience.TooSlow:
        return {"log_lines": [], "log_mode": "found", "log_too_slow": True}
    return {"log_lines": found[:MOST_FOUND], "log_mode": "found", "log_more": len(found) > MOST_FOUND}


def _around(lines: QuerySet[JobLog], line: int) -> dict[str, Any]:
    first = max(0, line - AROUND // 2)
    shown = list(lines.filter(line_number__gte=first, line_number__lt=first + AROUND).order_by("line_number"))
    return {
        "log_lines": shown,
        "log_mode": "around",
        "log_asked": line,
        "log_older": max(0, first - AROUND // 2) if first else None,
        "log_newer": first + AROUND + AROUND // 2,
    }


def _text(job: Job) -> Iterator[str]:
    """Part by part: up to 100,000 lines of 8 KB do not fit into memory."""
    lines = JobLog.objects.filter(job=job).order_by("line_number")
    last = -1
    while part := list(lines.filter(line_number__gt=last).values_list("line_number", "logged_at", "data")[:PART]):
        yield "".join(f"{logged_at:%Y-%m-%dT%H:%M:%S.%fZ} {data}\n" for _, logged_at, data in part)
        last = part[-1][0]


def _number(text: str) -> int | None:
    """A line's number; None for what is none."""
    return min(int(text), _LAST_LINE) if text.isascii() and text.isdigit() and len(text) <= 10 else None
