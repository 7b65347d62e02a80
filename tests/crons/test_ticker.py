"""The thread of a beat: its upkeep, and what does not end it."""

import time
from datetime import timedelta

import pytest
from django.db import OperationalError

from jobs.engine.clock import database_now
from jobs.engine.crons.tick import Ahead, look_ahead, tick
from jobs.engine.enqueue import enqueue
from jobs.engine.ring_again import ring_again
from jobs.engine.submission import Submission
from jobs.models import Cron, Job
from jobs.ticker import AFTER_ERROR_SECONDS, Ticker
from tests.crons.conftest import ADA, MakeCron, fired, minutes_ago, set_back
from workers.models import Beat, Worker

pytestmark = pytest.mark.slow


def test_a_turn_fires_what_is_due_and_shows_that_it_ticked(make_cron: MakeCron) -> None:
    cron = make_cron()
    due = set_back(cron, minutes_ago(0))
    wait = Ticker("b1").turn()
    assert 0 < wait <= 1
    assert fired(cron) == [due]
    assert Beat.objects.get(name="b1").ticked_at > database_now() - timedelta(seconds=5)


def test_it_wakes_early_for_what_is_due_and_fires_it_on_time_and_not_before(make_cron: MakeCron) -> None:
    beat = Ticker("b1")
    beat.turn()
    cron = make_cron("* * * * * *")
    for _ in range(10):
        time.sleep(beat.turn())
        if fired(cron):
            break
    job = Job.objects.order_by("cron_due_at")[0]
    assert job.cron_due_at is not None
    assert job.cron_due_at == cron.next_run_at
    assert job.created_at >= job.cron_due_at
    assert job.due


def test_an_answer_that_was_long_on_its_way_is_not_waited_for_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    beat = Ticker("b1")
    beat.turn()
    late = Ahead(cron=None, job=None, whole_second=0.5, asked_at=time.monotonic() - 0.4)
    monkeypatch.setattr("jobs.ticker.look_ahead", lambda: late)
    assert 0 <= beat.turn() <= 0.1


def test_the_first_turn_makes_the_default_crons_and_no_other_does() -> None:
    beat = Ticker("b1")
    beat.turn()
    assert list(Cron.objects.values_list("name", flat=True)) == ["onlinegc_joblogs", "onlinegc_jobs"]
    Cron.objects.filter(name="onlinegc_jobs").delete()
    Ticker("b2").turn()
    assert list(Cron.objects.values_list("name", flat=True)) == ["onlinegc_joblogs"]


def test_a_cron_of_that_name_that_was_there_before_is_left_alone(make_cron: MakeCron) -> None:
    make_cron("@yearly", name="onlinegc_jobs")
    Ticker("b1").turn()
    assert Cron.objects.get(name="onlinegc_jobs").schedule == "@yearly"


def test_a_database_that_is_away_does_not_end_it(monkeypatch: pytest.MonkeyPatch, make_cron: MakeCron) -> None:
    cron = make_cron()
    due = set_back(cron, minutes_ago(0))
    beat = Ticker("b1")
    slept: list[float] = []
    failures = iter([OperationalError("gone"), ValueError("a bug")])

    def unsteady() -> object:
        if (error := next(failures, None)) is not None:
            raise error
        return look_ahead()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        beat._ended = len(slept) == 3

    monkeypatch.setattr("jobs.ticker.look_ahead", unsteady)
    monkeypatch.setattr("jobs.ticker.time.sleep", sleep)
    beat.run()
    assert fired(cron) == [due]
    assert slept[:2] == [AFTER_ERROR_SECONDS] * 2


def test_what_runs_on_a_dead_worker_is_rescued_by_the_beat(make_cron: MakeCron) -> None:
    cron = make_cron()
    set_back(cron, minutes_ago(0))
    beat = Ticker("b1")
    tick(look_ahead(), by=ADA)
    gone = Worker.objects.create(
        name="gone", hex_id="0" * 12, boot_id="b", state="running", capacity={}, slots=1, version="1", host="h", pid=1,
        lease_until=database_now() - timedelta(seconds=1),
    )  # fmt: skip
    Job.objects.update(status="running", slot="b:1", started_at=database_now(), worker_id=gone.pk)
    beat.turn()
    assert Job.objects.get().status == "worker_dead"


def test_what_has_been_ready_for_long_is_rung_for_again(rung: list[str]) -> None:
    for units, seconds in ((1, 10), (2, 0)):
        job = enqueue(Submission(action="noop", capacity_map={"scan": units}), by=ADA)
        Job.objects.filter(pk=job.pk).update(scheduled_at=database_now() - timedelta(seconds=seconds))
    rung.clear()
    assert (ring_again(), rung) == (1, ["scan"])
