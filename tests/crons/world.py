"""What can happen to a cron, as steps of a story: outages, edits, jobs that run long."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import F

from jobs.engine.cancel import cancel
from jobs.engine.clock import database_now
from jobs.engine.crons.delete import delete_cron
from jobs.engine.crons.enable import disable_cron, enable_cron
from jobs.engine.crons.run_now import run_now
from jobs.engine.crons.save import save_cron
from jobs.engine.crons.spec import CronSpec
from jobs.engine.crons.tick import look_ahead, tick
from jobs.models import Cron, CronSkip, Job
from tests.crons.conftest import ADA, BEAT, spec

HOUR = timedelta(hours=1)
Step = Callable[["World"], Any]


class World:
    """One cron that was due five minutes ago, and each hour before that: surely missed, whatever the clock says."""

    def __init__(self, **fields: Any) -> None:
        self.base = database_now().astimezone(UTC).replace(second=0, microsecond=0) - timedelta(minutes=5)
        self.spec: CronSpec = spec(fields.pop("schedule", f"0 {self.base.minute} * * * *"), **fields)
        self.cron = save_cron(self.spec, by=ADA)

    def fired(self) -> list[int]:
        """How many hours before the base each due second with a job was, the oldest first."""
        dues = Job.objects.filter(cron=self.cron.pk, cron_due_at__isnull=False).order_by("cron_due_at")
        return [round((self.base - due) / HOUR) for due in dues.values_list("cron_due_at", flat=True) if due]

    def skipped(self) -> list[tuple[str, int | None]]:
        return list(CronSkip.objects.filter(cron=self.cron.pk).order_by("due_at").values_list("code", "count"))

    def next_run(self) -> datetime | None:
        return Cron.objects.values_list("next_run_at", flat=True).get(pk=self.cron.pk)


def hours(count: int) -> Step:
    """So much time passes without a beat: all that has been and is to be is as much further in the past."""

    def step(world: World) -> None:
        for job in Job.objects.filter(cron=world.cron.pk, cron_due_at__isnull=False).order_by("cron_due_at"):
            Job.objects.filter(pk=job.pk).update(cron_due_at=(job.cron_due_at or world.base) - count * HOUR)
        for skip in CronSkip.objects.filter(cron=world.cron.pk).order_by("due_at"):
            earlier = {"due_at": skip.due_at - count * HOUR, "last_due_at": skip.last_due_at - count * HOUR}
            CronSkip.objects.filter(pk=skip.pk).update(**earlier)
        span = count * HOUR
        crons = Cron.objects.filter(pk=world.cron.pk)
        crons.update(next_run_at=F("next_run_at") - span, last_run_at=F("last_run_at") - span)

    return step


def down(count: int) -> Step:
    """No beat has been there since so many hours before the base, which is the last due second."""
    return hours(count + 1)


def back(world: World) -> None:
    """A beat looks."""
    tick(look_ahead(), by=BEAT)


def edit(**changes: Any) -> Step:
    def step(world: World) -> None:
        job = replace(world.spec.job, **changes.get("job", {}))
        world.spec = replace(world.spec, **{**changes, "job": job})
        save_cron(world.spec, by=ADA)

    return step


def disable(world: World) -> None:
    disable_cron(world.cron.name, by=ADA, reason="holidays")


def enable(world: World) -> None:
    enable_cron(world.cron.name, by=ADA)


def delete(world: World) -> None:
    delete_cron(world.cron.name, by=ADA)


def run(world: World) -> None:
    run_now(world.cron.name, by=ADA)


def start(world: World) -> None:
    """A worker takes what waits."""
    for job in Job.objects.filter(cron=world.cron.pk, status="waiting"):
        Job.objects.filter(pk=job.pk).update(
            status="running", slot=f"s:{job.pk}", started_at=database_now(), worker_id=job.pk
        )


def end(world: World) -> None:
    """What runs is done."""
    Job.objects.filter(cron=world.cron.pk, status="running").update(status="done", ended_at=database_now())


def cancel_jobs(world: World) -> None:
    for uuid in Job.objects.filter(cron=world.cron.pk).values_list("uuid", flat=True):
        cancel(uuid, by=ADA)


def break_action(world: World) -> None:
    """Another release is deployed, without the action."""
    Cron.objects.filter(pk=world.cron.pk).update(action="gone")


def break_parameters(world: World) -> None:
    Cron.objects.filter(pk=world.cron.pk).update(action="sleep", parameters={"seconds": "many"})


def break_schedule(world: World) -> None:
    Cron.objects.filter(pk=world.cron.pk).update(schedule="61 * * * * *")


def break_zone(world: World) -> None:
    Cron.objects.filter(pk=world.cron.pk).update(timezone="Europe/Atlantis")
