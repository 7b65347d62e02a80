"""waiting: why a job has not started, as codes and in words, from the same arithmetic that decides the claim."""

from collections import Counter
from dataclasses import dataclass, replace

from django.db.models import Q

from jobs.engine.hold_sql import HOLDS_ABOUT
from jobs.engine.rows import django_rows
from jobs.engine.waiting_locks import lock_in_the_way
from jobs.models import Job, Pause
from jobs.states import Status
from workers import capacity
from workers.models import Worker, WorkerState

# What is read of the job. One that was loaded without is asked for again, and may be gone by then.
COLUMNS = (
    "uuid",
    "status",
    "due",
    "paused",
    "scheduled_at",
    "retry_from",
    "action",
    "capacity_class",
    "locks",
    "blocked_by",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing in the way. `code` is for programs, `text` for people; `by` is the UUID of a job that stands there."""

    code: str
    text: str
    by: str | None = None


def waiting_reasons(job: Job) -> list[Reason]:
    """Why this job waits; empty when it does not. READY alone: only a slot's next look is missing."""
    if job.status != Status.WAITING:
        return []
    return _pauses(job) or _not_due(job) or _locks(job) or _capacity(job)


def _not_due(job: Job) -> list[Reason]:
    if job.due:
        return []
    code, text = ("BACKOFF", "backoff until") if job.retry_from_id else ("NOT_DUE", "not due until")
    return [Reason(code=code, text=f"{text} {job.scheduled_at:%Y-%m-%d %H:%M:%S} UTC")]


def _locks(job: Job) -> list[Reason]:
    lock = lock_in_the_way(job)
    return [Reason(code=lock.code, text=lock.text, by=lock.by)] if lock else []


def _capacity(job: Job) -> list[Reason]:
    needs = job.capacity_class.needs
    alive = list(Worker.objects.alive().order_by("id"))
    workers = [worker for worker in alive if worker.state == WorkerState.RUNNING]
    able = [worker for worker in workers if capacity.fits(needs, worker.total)]
    if not able:
        return _draining(needs, alive) or [_nobody(needs, workers)]
    running = _running_on(able)
    held_for = {worker_id: str(held) for worker_id, held in django_rows(HOLDS_ABOUT, (job.pk,))}
    in_the_way = [
        reason
        for worker in able
        if (reason := _in_the_way(job, worker, running[worker.pk], held_for=held_for.get(worker.pk)))
    ]
    if len(in_the_way) < len(able):
        return [Reason(code="READY", text=f"ready since {job.scheduled_at:%Y-%m-%d %H:%M:%S} UTC")]
    return in_the_way


def _draining(needs: dict[str, int], alive: list[Worker]) -> list[Reason]:
    """Those that could hold it, when they claim nothing: drained by an operator, or stopping."""
    able = [worker for worker in alive if capacity.fits(needs, worker.total)]
    return [Reason(code="WORKER_DRAINING", text=f"{worker.name} is draining and claims nothing") for worker in able]


def _pauses(job: Job) -> list[Reason]:
    """Asked of the pauses, as claims do; the job's mark only tells that a resume has not reached it yet."""
    of_job = Q(kind=Pause.Kind.ACTION, name=job.action) | Q(kind=Pause.Kind.CLASS, name=job.capacity_class.name)
    pauses = [
        Reason(
            code="ACTION_PAUSED" if pause.kind == Pause.Kind.ACTION else "CLASS_PAUSED",
            text=f"{'action' if pause.kind == Pause.Kind.ACTION else 'capacity class'} {pause.name} paused"
            f"{' by ' + pause.paused_by if pause.paused_by else ''} since {pause.paused_at:%Y-%m-%d %H:%M:%S} UTC"
            f"{': ' + pause.reason if pause.reason else ''}",
        )
        for pause in Pause.objects.filter(of_job)
    ]
    if job.paused and not pauses:
        return [Reason(code="RESUMED", text=f"action {job.action} was resumed; this job is about to be brought back")]
    return pauses


def _nobody(needs: dict[str, int], workers: list[Worker]) -> Reason:
    if not workers:
        return Reason(code="NO_WORKER", text="no worker is running")
    for name, amount in sorted(needs.items()):
        most = max(worker.total.get(name, 0) for worker in workers)
        if most == 0:
            return Reason(code="NO_SUCH_CAPACITY", text=f"no worker has capacity of type {name}")
        if most < amount:
            return Reason(
                code="TOO_BIG", text=f"needs {name}={amount}, and no worker's total reaches it (the largest has {most})"
            )
    return Reason(code="TOO_BIG", text=f"needs {capacity.class_name(needs)}, which no single worker holds all at once")


def _in_the_way(job: Job, worker: Worker, running: list[Job], *, held_for: str | None) -> Reason | None:
    """What keeps the job from one worker. `held_for`: whom that keeps its capacity for, this job or another."""
    own = held_for == str(job.uuid)
    if held_for and not own:
        return Reason(code="KEPT_FREE", text=f"capacity of {worker.name} is kept free for job {held_for}", by=held_for)
    full = _full(job.capacity_class.needs, worker, running)
    if full and own:
        return replace(full, text=f"{full.text}; what becomes free there is kept for this job")
    return full


def _running_on(workers: list[Worker]) -> dict[int, list[Job]]:
    """What occupies these workers, oldest first, in one query."""
    found: dict[int, list[Job]] = {worker.pk: [] for worker in workers}
    jobs = Job.objects.occupying().filter(worker__in=workers).select_related("capacity_class")
    for job in jobs.only("uuid", "worker_id", "capacity_class__needs").order_by("id"):
        found[job.worker_id or 0].append(job)
    return found


def _full(needs: dict[str, int], worker: Worker, running: list[Job]) -> Reason | None:
    if len(running) >= worker.slots:
        return Reason(code="SLOTS_BUSY", text=f"all {worker.slots} slots of {worker.name} are busy")
    used = Counter[str]()
    for job in running:
        used.update(job.capacity_class.needs)
    for name, amount in sorted(needs.items()):
        held = worker.total.get(name, 0)
        if used[name] + amount > held:
            by = next((str(job.uuid) for job in running if name in job.capacity_class.needs), None)
            taken = f", by job {by}" if by else ""
            return Reason(
                code="CAPACITY_FULL",
                text=f"capacity is full on {worker.name}: {name} {used[name]}/{held}{taken}",
                by=by,
            )
    return None
