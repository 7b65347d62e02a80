"""Real beats side by side on one database: each due second once, on time, whoever dies."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from celery import current_app
from django.db.models.functions import Now
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from jobs.engine.actor import Actor
from jobs.engine.clock import database_now
from jobs.engine.crons.save import save_cron
from jobs.engine.crons.spec import CronSpec
from jobs.engine.submission import Submission
from jobs.models import AuditEvent, Cron, CronSkip, Job
from jobsite.home import BASE_DIR
from tests.e2e.conftest import PATIENCE_SECONDS, process_environ, wait_until
from workers.models import Beat

pytestmark = pytest.mark.slow
ADA = Actor(dialect="cli", user="ada")
StartBeat = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start_beat(transactional_db: None, tmp_path: Path) -> Iterator[StartBeat]:
    running: list[subprocess.Popen[bytes]] = []

    def start(*before: str, **environ: str) -> subprocess.Popen[bytes]:
        with (tmp_path / f"beat{len(running)}.log").open("wb") as log:
            beat = subprocess.Popen(
                [*before, sys.executable, "-m", "celery", "-A", "jobsite", "--quiet", "beat"],
                cwd=BASE_DIR,
                env={**process_environ(), **environ},
                stdout=log,
                stderr=subprocess.STDOUT,
                # faketime is a parent that only waits: the group is both.
                process_group=0,
            )
        running.append(beat)
        return beat

    yield start
    for beat in running:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(beat.pid, signal.SIGTERM)
        beat.wait(20)


def each_second(**fields: object) -> Cron:
    return save_cron(CronSpec(job=Submission(action="noop"), schedule="* * * * * *", name="each-second"), by=ADA)


def seconds_since(first: object, dues: list[object]) -> list[int]:
    return [round((due - first).total_seconds()) for due in dues]  # type: ignore[operator]


def made(cron: Cron) -> list[object]:
    return list(Job.objects.filter(cron=cron.pk).order_by("cron_due_at", "id").values_list("cron_due_at", flat=True))


def test_five_beats_make_one_job_for_each_second_and_one_that_dies_changes_nothing(start_beat: StartBeat) -> None:
    beats = [start_beat() for _ in range(5)]
    wait_until(lambda: Beat.objects.count() == 5)
    cron = each_second()
    wait_until(lambda: len(made(cron)) >= 3)
    beats[0].send_signal(signal.SIGKILL)
    beats[1].send_signal(signal.SIGKILL)
    before = len(made(cron))
    wait_until(lambda: len(made(cron)) >= before + 4)
    dues = made(cron)
    assert seconds_since(cron.next_run_at, dues) == list(range(len(dues)))
    late = [job.created_at - job.cron_due_at for job in Job.objects.filter(cron=cron.pk) if job.cron_due_at]
    assert max(late) < timedelta(seconds=1)
    assert not CronSkip.objects.exists()
    assert Beat.objects.filter(ticked_at__gt=Now() - timedelta(seconds=8)).count() >= 3


@pytest.mark.faketime
@pytest.mark.parametrize("skew", ["-7m", "+7m"])
def test_a_beat_whose_host_clock_is_off_fires_on_time_and_once(start_beat: StartBeat, skew: str) -> None:
    start_beat("faketime", "-f", skew)
    wait_until(Beat.objects.exists)
    cron = each_second()
    wait_until(lambda: len(made(cron)) >= 4)
    late = [job.created_at - job.cron_due_at for job in Job.objects.filter(cron=cron.pk) if job.cron_due_at]
    dues = made(cron)
    assert seconds_since(cron.next_run_at, dues) == list(range(len(dues)))
    assert timedelta(0) <= min(late)
    assert max(late) < timedelta(seconds=1)


def test_the_first_beat_makes_the_default_crons_and_a_later_one_does_not_bring_them_back(
    start_beat: StartBeat, tmp_path: Path
) -> None:
    first = start_beat()
    wait_until(lambda: Cron.objects.count() == 2)
    assert set(Cron.objects.values_list("name", "enabled")) == {("onlinegc_joblogs", True), ("onlinegc_jobs", True)}
    assert AuditEvent.objects.filter(object_type="cron", verb="create", dialect="engine").count() == 2
    first.terminate()
    first.wait(20)
    told = (tmp_path / "beat0.log").read_text()
    assert "onlinegc_jobs made: each night it deletes jobs that ended more than 400 days ago" in told
    assert not Beat.objects.exists(), "a beat that stops takes its row along"
    Cron.objects.all().delete()
    start_beat()
    wait_until(lambda: Beat.objects.filter(ticked_at__gt=Now() - timedelta(seconds=3)).exists())
    assert not Cron.objects.exists()


def test_periodic_tasks_of_django_celery_beat_go_on_in_the_same_beat(start_beat: StartBeat) -> None:
    each, _ = IntervalSchedule.objects.get_or_create(every=1, period=IntervalSchedule.SECONDS)
    task = PeriodicTask.objects.create(name="t", task="nobody.listens", interval=each, queue="test_periodic")
    cron, beat = each_second(), start_beat()
    with current_app.connection_for_read() as connection:
        queue = connection.SimpleQueue("test_periodic", queue_opts={"durable": True})
        message = queue.get(timeout=PATIENCE_SECONDS)
        queue.clear()
        queue.close()
    assert message.headers["task"] == "nobody.listens"
    wait_until(lambda: len(made(cron)) >= 2)
    beat.terminate()
    beat.wait(20)
    task.refresh_from_db()
    assert task.total_run_count >= 1


def test_a_cron_saved_while_beats_sleep_is_on_time(start_beat: StartBeat) -> None:
    start_beat()
    wait_until(Beat.objects.exists)
    due = database_now().replace(microsecond=0) + timedelta(seconds=2)
    schedule = f"{due.second} {due.minute} {due.hour} * * *"
    cron = save_cron(CronSpec(job=Submission(action="noop"), schedule=schedule), by=ADA)
    assert cron.next_run_at == due
    wait_until(lambda: made(cron) == [due])
    assert Job.objects.get(cron=cron.pk).created_at - due < timedelta(seconds=0.5)
