"""waiting: why a job has not started, as codes and in words, from the same arithmetic that decides the claim."""

from collections import Counter
from dataclasses import dataclass

from django.db.models.functions import Now

from jobs.engine.waiting_locks import lock_in_the_way
from jobs.models import Job
from jobs.states import Status
from workers import capacity
from workers.models import Worker, WorkerState


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
    if not job.due:
        code, text = ("BACKOFF", "backoff until") if job.retry_from_id else ("NOT_DUE", "not due until")
        return [Reason(code=code, text=f"{text} {job.scheduled_at:%Y-%m-%d %H:%M:%S} UTC")]
    if lock := lock_in_the_way(job):
        return [Reason(code=lock.code, text=lock.text, by=lock.by)]
    needs = job.capacity_class.needs
    workers = list(Worker.objects.filter(state=WorkerState.RUNNING, lease_until__gt=Now()))
    able = [worker for worker in workers if capacity.fits(needs, worker.total)]
    if not able:
        return [_nobody(needs, workers)]
    running = _running_on(able)
    in_the_way = [reason for worker in able if (reason := _full(needs, worker, running[worker.pk]))]
    if len(in_the_way) < len(able):
        return [Reason(code="READY", text=f"ready since {job.scheduled_at:%Y-%m-%d %H:%M:%S} UTC")]
    return in_the_way


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
