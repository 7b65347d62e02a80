"""An attempt's end and its rescue: whoever comes first makes the retry, and nobody a second one."""

import threading
from datetime import timedelta
from functools import partial
from typing import Any

import psycopg2
import pytest
from django.db import connection, transaction
from django.utils import timezone

from jobs.engine import finish as finishing
from jobs.engine.actor import Actor, engine_actor
from jobs.engine.attempt import next_attempt
from jobs.engine.cancel import cancel
from jobs.engine.claim import claim
from jobs.engine.finish import HandOver, Outcome, finish
from jobs.engine.rescue import end_slots, rescue
from jobs.engine.slot import Claimed
from jobs.states import Status
from tests.engine.conftest import Start, chain, make_due
from tests.engine.threads import at_once
from workers.models import Worker

pytestmark = pytest.mark.slow

ERRORED = Outcome(status=Status.ERRORED, exception='{"message": "no"}')
ENGINE = engine_actor("test")


def test_an_end_and_its_retry_happen_both_or_not_at_all(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    job, slot, claimed = start()

    def broken(*_: Any) -> None:
        raise psycopg2.OperationalError("the connection broke")

    with monkeypatch.context() as patched:
        patched.setattr(finishing, "next_attempt", broken)
        with pytest.raises(psycopg2.OperationalError):
            finish(slot, claimed, ERRORED)
    job.refresh_from_db()
    assert (job.status, chain(job)) == (Status.RUNNING, [])
    assert finish(slot, claimed, ERRORED).accepted
    assert len(chain(job)) == 1


def test_a_dead_workers_job_is_retried_and_its_zombie_makes_no_second_one(start: Start, rung: list[Any]) -> None:
    job, slot, claimed = start()
    rung.clear()
    Worker.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert rescue(by=ENGINE) == 1
    [made] = chain(job)
    assert [name for name, _ in rung] == ["scan"]
    assert finish(slot, claimed, ERRORED) == HandOver(accepted=False, job=None)
    job.refresh_from_db()
    assert (job.status, job.next_job, chain(job)) == (Status.WORKER_DEAD, made, [made])


def test_the_job_of_a_process_that_is_gone_is_retried(start: Start) -> None:
    job, slot, _ = start()
    end_slots([slot.name], status=Status.ERRORED, why="its process died", by=ENGINE)
    assert [made.retries_left for made in chain(job)] == [1]


def test_a_job_that_was_asked_to_stop_is_not_retried_for_its_dead_worker(start: Start, by: Actor) -> None:
    job, _, _ = start()
    cancel(job.uuid, by=by)
    Worker.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    rescue(by=ENGINE)
    job.refresh_from_db()
    assert (job.status, chain(job)) == (Status.CANCELED, [])
    assert (job.exception or {})["message"] == "its worker died"


def test_an_end_that_waits_for_a_rescue_to_commit_makes_no_second_retry(start: Start) -> None:
    job, slot, claimed = start()
    handed: list[HandOver] = []
    late = threading.Thread(target=lambda: handed.append(finish(slot, claimed, ERRORED)))
    with transaction.atomic():
        assert end_slots([slot.name], status=Status.ERRORED, why="gone", by=ENGINE) == 1
        late.start()
        while not _someone_waits_for_a_row():
            assert late.is_alive(), "it did not wait"
    late.join()
    assert handed == [HandOver(accepted=False, job=None)]
    assert len(chain(job)) == 1


def test_a_rescue_passes_by_an_end_that_is_being_committed(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    job, slot, claimed = start()
    ended: list[int] = []

    def rescued_meanwhile(rows: Any, attempted: Claimed) -> Any:
        ended.append(end_slots([slot.name], status=Status.ERRORED, why="gone", by=ENGINE))
        return next_attempt(rows, attempted)

    monkeypatch.setattr(finishing, "next_attempt", rescued_meanwhile)
    assert finish(slot, claimed, ERRORED).accepted
    assert ended == [0]
    assert len(chain(job)) == 1


def _someone_waits_for_a_row() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'")
        return bool(cursor.rowcount)


def test_an_end_that_races_a_rescue_makes_one_retry(start: Start) -> None:
    job, slot, claimed = start(retries=60)
    gone = partial(end_slots, [slot.name], status=Status.ERRORED, why="gone", by=ENGINE)
    for attempts in range(1, 41):
        at_once(partial(finish, slot, claimed, ERRORED), gone, gone)
        made = chain(job)
        assert len(made) == attempts
        make_due(made[-1])
        again = claim(slot).job
        assert again is not None
        claimed = again
