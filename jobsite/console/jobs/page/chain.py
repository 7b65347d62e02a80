"""The attempts of a job's retry chain, and what was done to them."""

from collections.abc import Iterable

from jobs.models import AuditEvent, Job, Pause
from jobsite.console.jobs.page.spells import Pauses, paired

# A chain has at most a hundred automatic retries, but a person may ask for any number more.
MOST_ATTEMPTS = 25
MOST_EVENTS = 200
MOST_PAUSES = 100
_COLUMNS = (
    "uuid",
    "action",
    "status",
    "created_at",
    "scheduled_at",
    "started_at",
    "ended_at",
    "status_changed_at",
    "late_result_at",
    "woken_for",
    "retry_from",
    "worker__name",
    "capacity_class__needs",
)


def attempts_of(job: Job) -> list[Job]:
    """The newest of its chain, oldest first; the original is always among them, and so is the job itself."""
    original = job.retry_from_id or job.pk
    rows = Job.objects.select_related("worker", "capacity_class").only(*_COLUMNS)
    retries = list(rows.filter(retry_from=original).order_by("-id")[:MOST_ATTEMPTS])
    known = {attempt.pk: attempt for attempt in retries}
    missing = {original, job.pk} - known.keys()
    known |= {attempt.pk: attempt for attempt in rows.filter(pk__in=missing)}
    return [known[pk] for pk in sorted(known)]


def events_of(attempts: Iterable[Job]) -> list[AuditEvent]:
    """Newest first. The rows themselves, which a delete keeps whole, stay where they are."""
    uuids = [str(attempt.uuid) for attempt in attempts]
    events = AuditEvent.objects.filter(object_type="job", object_id__in=uuids).defer("before", "after")
    return list(events.order_by("-id")[:MOST_EVENTS])


def pauses_of(job: Job) -> Pauses:
    """When its action, or its capacity class, was paused: the newest of those times."""
    return [
        *_pauses(Pause.Kind.ACTION, job.action),
        *_pauses(Pause.Kind.CLASS, job.capacity_class.name[:200]),
    ]


def _pauses(kind: Pause.Kind, name: str) -> Pauses:
    events = AuditEvent.objects.filter(object_type=kind.value, object_id=name)
    newest = events.order_by("-id").values_list("verb", "at")[:MOST_PAUSES]
    return paired([(verb, at) for verb, at in newest if verb in ("pause", "resume")])
