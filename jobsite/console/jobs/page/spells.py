"""What an attempt went through, as spells of time, and what was done to it meanwhile. Pure: rows in, times out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from jobs.models import AuditEvent, Job
from jobs.states import OCCUPYING, Status
from workers.capacity import DEFAULT_TYPE

# What people and the engine do to a job that its own run does not: the word for a mark on the timeline.
INTERVENTIONS = {
    "cancel": "cancel asked",
    "force_cancel": "kill forced",
    "stop": "process killed",
    "rescue": "rescued",
    "refuse_result": "late result refused",
    "put_back": "put back",
    "retry": "retry asked",
    "delete": "deleted",
}


class Kind(StrEnum):
    """The name is the class of its colour (static/jobsite/job.css)."""

    NOT_DUE = "not-due"
    BACKOFF = "backoff"
    WAITED = "waited"
    PAUSED = "paused"
    RAN = "ran"
    STOPPING = "stopping"


WORDS = {
    Kind.NOT_DUE: "not due yet",
    Kind.BACKOFF: "backoff",
    Kind.WAITED: "waited",
    Kind.PAUSED: "paused",
    Kind.RAN: "ran",
    Kind.STOPPING: "stopping",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """`why` is what is known of a wait; `end` is now for what still goes on."""

    kind: Kind
    begin: datetime
    end: datetime
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    at: datetime
    words: str


# From when to when an action or a class was paused; to None for one that is.
Pauses = Sequence[tuple[datetime, datetime | None]]


def spells_of(
    job: Job, marks: Sequence[AuditEvent], *, now: datetime, why: str = "", pauses: Pauses = ()
) -> list[Spell]:
    """Side by side, without gaps, from its creation to its end. `why`: what a waiting one waits for now."""
    ended = job.ended_at or now
    started = job.started_at or ended
    due = min(max(job.created_at, job.scheduled_at), started)
    before = Kind.BACKOFF if job.retry_from_id else Kind.NOT_DUE
    asked = _asked_to_stop(job, marks) if job.started_at else None
    stopping = min(max(asked, started), ended) if asked else ended
    found = [
        Spell(kind=before, begin=job.created_at, end=due, why=why),
        *_waits(due, started, why=why or _waited_for(job), pauses=[(begin, end or now) for begin, end in pauses]),
        Spell(kind=Kind.RAN, begin=started, end=stopping),
        Spell(kind=Kind.STOPPING, begin=stopping, end=ended),
    ]
    return [spell for spell in found if spell.end > spell.begin]


def paired(events: Iterable[tuple[str, datetime]]) -> Pauses:
    """The pauses that these verbs, "pause" and "resume", begin and end."""
    found: list[tuple[datetime, datetime | None]] = []
    for verb, at in sorted(events, key=lambda event: event[1]):
        if verb == "pause":
            found.append((at, None))
        elif found and found[-1][1] is None:
            found[-1] = (found[-1][0], at)
    return found


def marks_of(events: Iterable[AuditEvent]) -> list[Mark]:
    """The interventions among these events, oldest first."""
    return [
        Mark(at=event.at, words=f"{INTERVENTIONS[event.verb]}{' by ' + event.user if event.user else ''}{_why(event)}")
        for event in sorted(events, key=lambda event: event.at)
        if event.verb in INTERVENTIONS
    ]


def goes_on(job: Job) -> bool:
    """Whether time still passes in it."""
    return job.status == Status.WAITING or job.status in OCCUPYING


def _waits(begin: datetime, end: datetime, *, why: str, pauses: Sequence[tuple[datetime, datetime]]) -> list[Spell]:
    """The wait from `begin` to `end`, cut where a pause begins or ends."""
    cuts = {at for pause in pauses for at in pause if begin < at < end}
    times = [begin, *sorted(cuts), end]
    return [
        Spell(
            kind=Kind.PAUSED if any(since <= left and right <= until for since, until in pauses) else Kind.WAITED,
            begin=left,
            end=right,
            why=why,
        )
        for left, right in pairwise(times)
    ]


def _waited_for(job: Job) -> str:
    """Of one that has started: due, in no line and not paused, a job waits for capacity and for nothing else."""
    if job.woken_for:
        return f"in line for lock {job.woken_for}"
    if not job.started_at:
        return ""
    needs = ", ".join(
        f"{name}={units}" for name, units in sorted(job.capacity_class.needs.items()) if name != DEFAULT_TYPE
    )
    return f"until a worker had {needs} and a slot free" if needs else "until a worker had a slot free"


def _asked_to_stop(job: Job, events: Iterable[AuditEvent]) -> datetime | None:
    """By a person, or by the engine for them: a deadline, a stop of the worker."""
    told = [event.at for event in events if event.verb in ("cancel", "force_cancel", "stop", "delete")]
    if job.status in (Status.CANCEL_REQUEST, Status.DELETED):
        told.append(job.status_changed_at)
    return min((at for at in told if job.started_at and at >= job.started_at), default=None)


def _why(event: AuditEvent) -> str:
    return f": {event.reason}" if event.reason else ""
