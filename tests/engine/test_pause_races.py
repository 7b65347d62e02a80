"""Submissions at the moment of a pause, with real commits: none starts while it is paused, none is left behind."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from jobs.engine.actor import Actor
from jobs.engine.claim import claim
from jobs.engine.enqueue import enqueue_many
from jobs.engine.finish import Outcome, finish
from jobs.engine.look import look
from jobs.engine.pause import pause
from jobs.engine.resume import resume
from jobs.engine.set_aside import set_aside
from jobs.engine.slot import Slot
from jobs.engine.submission import Submission
from jobs.models import AuditEvent, Job, Pause
from jobs.states import Status
from tests.engine.conftest import NewSlot, NewWorker
from tests.engine.threads import over_and_over

pytestmark = pytest.mark.slow

ACTION = Pause.Kind.ACTION
DONE = Outcome(status=Status.DONE)


@pytest.fixture
def slot(new_worker: NewWorker, new_slot: NewSlot) -> Slot:
    return new_slot(new_worker({"scan": 1}))


def _settle(slot: Slot) -> None:
    """What workers do at their looks."""
    lease = timedelta(seconds=15)
    while look(slot.session, worker_id=slot.worker_id, boot_id=slot.boot_id, lease=lease, classes=[]).strays:
        set_aside(slot.session.rows, seconds=1)


def _run_all(slot: Slot) -> int:
    ran, job = 0, claim(slot).job
    while job is not None:
        ran, job = ran + 1, finish(slot, job, DONE).job
    return ran


def test_submissions_that_race_pauses_and_resumes_are_neither_lost_nor_started(by: Actor, slot: Slot) -> None:
    def submit() -> None:
        enqueue_many([Submission(action="noop", capacity_map={"scan": 1})] * 3, by=by)

    def toggle() -> None:
        pause(ACTION, "noop", by=by)
        resume(ACTION, "noop", by=by)

    with over_and_over(submit, submit, toggle):
        ran = sum(_run_all(slot) for _ in range(60))
    assert ran
    assert AuditEvent.objects.filter(verb="resume").count() > 3
    _settle(slot)
    assert not Job.objects.waiting().filter(paused=True).exists()
    submit()
    pause(ACTION, "noop", by=by)
    _settle(slot)
    assert not Job.objects.waiting().filter(paused=False).exists()
    assert _run_all(slot) == 0
    resume(ACTION, "noop", by=by)
    assert _run_all(slot) == Job.objects.count() - ran


def test_what_was_submitted_before_the_pause_and_committed_after_it_is_not_started(by: Actor, slot: Slot) -> None:
    """The order that no mark can be right in: the submission has asked for the pauses before there was one."""
    asked = threading.Event()
    paused = threading.Event()

    def submit_slowly() -> None:
        with transaction.atomic():
            enqueue_many([Submission(action="noop", capacity_map={"scan": 1})], by=by)
            asked.set()
            assert paused.wait(10)
        connection.close()

    thread = threading.Thread(target=submit_slowly)
    thread.start()
    assert asked.wait(10)
    pause(ACTION, "noop", by=by)
    paused.set()
    thread.join()
    assert Job.objects.get().paused is False
    assert claim(slot).job is None
    assert Job.objects.get().paused is True, "whoever found it in the way has set it aside"
