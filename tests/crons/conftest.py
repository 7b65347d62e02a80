"""Crons on the real database, and the world set back as after an outage."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jobs import doorbell
from jobs.engine.actor import Actor
from jobs.engine.classes import forget_classes
from jobs.engine.clock import database_now
from jobs.engine.crons.save import save_cron
from jobs.engine.crons.spec import CronSpec
from jobs.engine.submission import Submission
from jobs.models import Cron, CronSkip, Job

MakeCron = Callable[..., Cron]
BEAT = Actor(dialect="engine", client="beat test")
ADA = Actor(dialect="v0", user="ada")


@pytest.fixture(autouse=True)
def _fresh_classes(transactional_db: None) -> Iterator[None]:
    forget_classes()
    yield
    forget_classes()


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    bells: list[str] = []
    monkeypatch.setattr(doorbell, "ring", lambda name, **_: bells.append(name))
    return bells


def spec(schedule: str = "0 * * * * *", *, name: str = "c", job: dict[str, Any] | None = None, **own: Any) -> CronSpec:
    """Due each minute, unless the fields say otherwise; `job` is what its jobs get."""
    return CronSpec(job=Submission(**{"action": "noop", **(job or {})}), schedule=schedule, name=name, **own)


@pytest.fixture
def make_cron() -> MakeCron:
    def make(schedule: str = "0 * * * * *", **fields: Any) -> Cron:
        return save_cron(spec(schedule, **fields), by=ADA)

    return make


def minutes_ago(minutes: int) -> datetime:
    """A whole minute in the past, at least so many minutes away."""
    return _minute(database_now()) - timedelta(minutes=minutes)


def _minute(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def set_back(cron: Cron, due: datetime) -> datetime:
    """As if no beat had been there since `due`."""
    Cron.objects.filter(pk=cron.pk).update(next_run_at=due)
    return due


def fired(cron: Cron) -> list[datetime]:
    """Due seconds that have a job."""
    jobs = Job.objects.filter(cron=cron.pk, cron_due_at__isnull=False).order_by("cron_due_at")
    return [due for due in jobs.values_list("cron_due_at", flat=True) if due]


def skipped(cron: Cron) -> list[tuple[str, int | None]]:
    """Codes and counts of the recorded skips, in the order of time."""
    return list(CronSkip.objects.filter(cron=cron.pk).order_by("due_at").values_list("code", "count"))
