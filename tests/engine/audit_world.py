"""What the verbs of the audit table are called on, and what has to be so before one of them."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models.functions import Now

from jobs.engine.actor import Actor
from jobs.engine.cancel import cancel
from jobs.engine.clock import database_now
from jobs.engine.crons.save import save_cron
from jobs.engine.crons.spec import CronSpec
from jobs.engine.delete import delete
from jobs.engine.rescue import end_slots
from jobs.engine.slot import Claimed, Slot
from jobs.engine.submission import Submission
from jobs.models import Cron, Job, JobLog
from jobs.states import Status
from tests.engine.locking import exclusive
from workers.models import CapacityClass, Worker

ANN = Actor(dialect="v1", user="ann", address="192.0.2.7", client="curl/8", token="laptop")
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
NOOP = Submission(action="noop", capacity_map={"scan": 1}, locks=exclusive("devices"))
NIGHTLY = CronSpec(job=Submission(action="noop"), schedule="@daily", name="nightly")


class World(NamedTuple):
    """One waiting job, and one that runs on a worker with the lock that both want."""

    waiting: Job
    running: Job
    slot: Slot
    claimed: Claimed
    worker: Worker


def canceled(world: World) -> Job:
    cancel(world.waiting.uuid, by=ANN)
    return world.waiting


def ended_long_ago(world: World) -> None:
    canceled(world)
    long_ago = Now() - timedelta(days=9)
    Job.objects.filter(pk=world.waiting.pk).update(scheduled_at=long_ago, ended_at=long_ago)
    JobLog.objects.create(job=world.waiting, line_number=0, data="x", logged_at=long_ago)


def ended(world: World) -> None:
    end_slots([world.slot.name], status=Status.ERRORED, why="w", by=ANN)


def lost(_world: World) -> None:
    Worker.objects.update(lease_until=Now() - HOUR)


def deleted_and_lost(world: World) -> None:
    delete(world.running.uuid, by=ANN)
    lost(world)


def a_cron(**fields: Any) -> Cron:
    return save_cron(CronSpec(**{**asdict(NIGHTLY), "job": NIGHTLY.job, **fields}), by=ANN)


def an_unused_class(_world: World) -> None:
    CapacityClass.objects.create(name="unused=7", needs={"unused": 7}, last_used_at=Now() - timedelta(days=2))


def overdue(_world: World, *, overlap: str = "replace") -> None:
    cron = a_cron(overlap=overlap)
    Job.objects.update(cron=cron.pk)
    Cron.objects.update(next_run_at=database_now().replace(microsecond=0))


def in_transaction(verb: Callable[[], Any]) -> None:
    """A verb that is always part of another's."""
    with transaction.atomic():
        verb()


def as_it_is(_world: World) -> None:
    return
