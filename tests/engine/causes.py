"""What a person, or time, can do about each reason for waiting: the reason's own words, taken at their word."""

import secrets
from datetime import timedelta
from uuid import UUID

from django.db.models import Count, F, Q
from django.utils import timezone

from jobs.engine.actor import engine_actor
from jobs.engine.cancel import cancel
from jobs.engine.lines import sweep
from jobs.engine.look import look
from jobs.engine.rescue import end_slots
from jobs.engine.rows import django_rows
from jobs.engine.set_aside import set_aside
from jobs.engine.waiting import Reason
from jobs.models import Job, Pause
from jobs.states import Status
from tests.engine.inside import Inside
from workers.models import Worker, WorkerState

BY = engine_actor("test")
HOUR = timedelta(hours=1)


def remove(reason: Reason, job: Job) -> None:
    """Do away with what this reason names."""
    match reason.code:
        case "ACTION_PAUSED" | "CLASS_PAUSED":
            Pause.objects.filter(
                Q(kind="action", name=job.action) | Q(kind="class", name=job.capacity_class.name)
            ).delete()
            set_aside(django_rows, seconds=9)
        case "RESUMED":
            set_aside(django_rows, seconds=9)
        case "NOT_DUE" | "BACKOFF":
            Job.objects.filter(pk=job.pk).update(scheduled_at=timezone.now() - HOUR)
            look(Inside(), worker_id=0, boot_id="", lease=HOUR, classes=[])
        case "LOCK_HELD" | "CAPACITY_FULL":
            _end(Job.objects.get(uuid=str(reason.by)))
        case "LOCK_IN_LINE" | "KEPT_FREE":
            if reason.by:
                cancel(UUID(reason.by), by=BY)
        case "SLOTS_BUSY":
            _free_a_slot(reason)
        case "WORKER_DRAINING":
            draining = Worker.objects.filter(state=WorkerState.DRAINING)
            draining.filter(name=reason.text.split()[0]).update(state=WorkerState.RUNNING)
        case "NO_WORKER" | "NO_SUCH_CAPACITY" | "TOO_BIG":
            _add_worker(job)
        case _:
            raise AssertionError(f"nobody could do anything about {reason}")
    # What a commit would have done.
    sweep()


def _end(job: Job) -> None:
    assert job.slot
    assert end_slots([job.slot], status=Status.ERRORED, why="the test ends it", by=BY) == 1


def _free_a_slot(reason: Reason) -> None:
    busy = Worker.objects.annotate(busy=Count("jobs", filter=Q(jobs__occupies=True))).filter(busy__gte=F("slots"))
    named = busy.get(name=reason.text.split(" of ")[1].split()[0])
    oldest = named.jobs.filter(occupies=True).order_by("pk").first()
    assert oldest is not None
    _end(oldest)


def _add_worker(job: Job) -> None:
    needs = job.capacity_class.needs
    units = {} if "default" in needs else needs
    name = secrets.token_hex(6)
    Worker.objects.create(
        name=name,
        hex_id=name,
        boot_id=secrets.token_hex(8),
        state=WorkerState.RUNNING,
        capacity=units,
        slots=sum(needs.values()) + 2,
        pid=1,
        lease_until=timezone.now() + HOUR,
    )
