"""What there is to know of a job, in groups, as far as it is known: what is empty is left out."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from jobs.models import Job
from jobs.seal.form import masked
from jobsite.console.base.links import job_url, lock_url
from jobsite.console.base.words import span
from jobsite.console.jobs.spans import ran, waited

_LONGEST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A text or a time; with `url` the text is a link; `count` has the page count since the time."""

    name: str
    text: str = ""
    at: datetime | None = None
    url: str = ""
    count: str = ""


def facts_of(job: Job, *, now: datetime) -> list[tuple[str, list[Fact]]]:
    groups = [
        ("Job", _job(job)),
        ("Times", _times(job, now)),
        ("Place and limits", _place(job)),
        ("Chain", _chain(job)),
    ]
    return [(title, known) for title, facts in groups if (known := [fact for fact in facts if fact.text or fact.at])]


def _job(job: Job) -> list[Fact]:
    return [
        Fact(name="number", text=str(job.pk)),
        Fact(name="id", text=str(job.uuid)),
        Fact(name="started by", text=job.scheduled_by or ""),
        Fact(name="dry run", text={True: "yes", False: "no", None: ""}[job.dry_run]),
        Fact(name="priority", text=str(job.priority) if job.priority else ""),
        Fact(name="ticket", text=job.ticket_ref or ""),
        Fact(name="comment", text=job.comment or ""),
    ]


def _times(job: Job, now: datetime) -> list[Fact]:
    waits, runs = job.started_at is None and job.ended_at is None, job.started_at and job.ended_at is None
    due = max(job.created_at, job.scheduled_at)
    return [
        Fact(name="created", at=job.created_at),
        Fact(name="scheduled at", at=job.scheduled_at),
        Fact(name="started", at=job.started_at),
        Fact(name="ended", at=job.ended_at),
        Fact(name="waits for", at=due, count="since")
        if waits and due <= now
        else Fact(name="waited", text="" if waits else span(waited(job, now))),
        Fact(name="runs for", at=job.started_at, count="since") if runs else Fact(name="ran", text=span(ran(job, now))),
        Fact(name="late result", at=job.late_result_at),
        Fact(name="to be stopped since", at=job.stop_at),
        Fact(name="kill forced", at=job.forced_at),
    ]


def _place(job: Job) -> list[Fact]:
    worker = job.worker
    locks = ", ".join(f"{lock['name']} ({lock['mode']})" for lock in job.locks or [])
    return [
        Fact(name="worker", text=worker.name, url=reverse("admin:workers_worker_change", args=[worker.pk]))
        if worker
        else Fact(name="worker"),
        Fact(name="slot", text=job.slot or ""),
        Fact(name="capacity class", text=job.capacity_class.name),
        Fact(name="locks", text=locks),
        Fact(name="in line for", text=job.blocked_by, url=lock_url(job.blocked_by))
        if job.blocked_by
        else Fact(name="in line for"),
        Fact(name="deadline", text=span(job.deadline)),
        Fact(name="stop timeout", text=span(job.stop_timeout)),
    ]


def _chain(job: Job) -> list[Fact]:
    return [
        Fact(name="retries left", text=f"{job.retries_left} of {job.retries_total}" if job.retries_total else ""),
        _link("retry of", job.retry_from_id),
        _link("followed by", job.next_job_id),
        Fact(name="then submits", text=_compact(masked(job.next))),
        Fact(name="cron", text=job.cron.name, url=reverse("admin:jobs_cron_change", args=[job.cron.pk]))
        if job.cron
        else Fact(name="cron", text=f"no. {job.cron_id}, deleted since" if job.cron_id else ""),
        Fact(name="due second", at=job.cron_due_at),
    ]


def _link(name: str, number: int | None) -> Fact:
    if number is None:
        return Fact(name=name)
    return Fact(name=name, text=f"job {number}", url=job_url(number))


def _compact(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)[:_LONGEST]
