"""Pauses: what is paused is not claimed from that moment on, whatever the marks on its jobs say."""

from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from django.utils import timezone

from jobs.actions.registry import UnknownAction
from jobs.engine import pause as pausing
from jobs.engine import set_aside as setting
from jobs.engine.actor import Actor
from jobs.engine.claim import claim
from jobs.engine.enqueue import enqueue_many
from jobs.engine.errors import NoSuchClass
from jobs.engine.finish import Outcome, finish
from jobs.engine.look import Look, look
from jobs.engine.pause import pause
from jobs.engine.resume import resume
from jobs.engine.rows import django_rows
from jobs.engine.set_aside import set_aside
from jobs.engine.slot import Slot
from jobs.engine.submission import Submission
from jobs.engine.waiting import waiting_reasons
from jobs.models import AuditEvent, Job, Pause
from jobs.runner.node import Node
from jobs.states import Status
from tests.engine.conftest import Enqueue, NewSlot, NewWorker, Start, chain

ACTION, CLASS = Pause.Kind.ACTION, Pause.Kind.CLASS
DONE = Outcome(status=Status.DONE)


@pytest.fixture
def slot(new_worker: NewWorker, new_slot: NewSlot) -> Slot:
    return new_slot(new_worker({"scan": 1}))


def _claimed(slot: Slot) -> Job | None:
    found = claim(slot).job
    return None if found is None else Job.objects.get(pk=found.id)


def _look(slot: Slot) -> Look:
    classes = [known.id for known in slot.classes()]
    return look(
        slot.session, worker_id=slot.worker_id, boot_id=slot.boot_id, lease=timedelta(seconds=15), classes=classes
    )


def _marks() -> list[bool]:
    return list(Job.objects.order_by("pk").values_list("paused", flat=True))


def test_jobs_of_a_paused_action_wait_until_it_is_resumed(submit: Enqueue, slot: Slot, by: Actor) -> None:
    job = submit({"scan": 1})
    assert pause(ACTION, "noop", by=by)
    assert claim(slot).job is None
    assert resume(ACTION, "noop", by=by)
    assert _claimed(slot) == job


def test_jobs_of_a_paused_class_wait_until_it_is_resumed(
    submit: Enqueue, slot: Slot, by: Actor, rung: list[Any]
) -> None:
    job = submit({"scan": 1})
    assert pause(CLASS, "scan", by=by)
    found = claim(slot)
    assert (found.job, found.more) == (None, [])
    rung.clear()
    assert resume(CLASS, "scan", by=by)
    assert rung == [("scan", 0.0)]
    assert _claimed(slot) == job


def test_what_runs_goes_on_and_is_followed_by_nothing_that_is_paused(start: Start, submit: Enqueue, by: Actor) -> None:
    job, slot, claimed = start()
    submit({"scan": 1})
    pause(ACTION, "noop", by=by)
    handed = finish(slot, claimed, DONE)
    assert (handed.accepted, handed.job) == (True, None)
    job.refresh_from_db()
    assert job.status == Status.DONE


def test_pausing_and_resuming_again_change_nothing(by: Actor) -> None:
    other = Actor(dialect="v0", user="bob")
    assert [pause(ACTION, "noop", by=by, reason="x"), pause(ACTION, "noop", by=other, reason="y")] == [True, False]
    found = Pause.objects.get()
    assert (found.paused_by, found.reason) == ("ada", "x")
    assert [resume(ACTION, "noop", by=by, reason="z"), resume(ACTION, "noop", by=by)] == [True, False]
    told = list(AuditEvent.objects.order_by("id").values_list("verb", "user", "object_type", "object_id", "reason"))
    assert told == [("pause", "ada", "action", "noop", "x"), ("resume", "ada", "action", "noop", "z")]


def test_what_nobody_knows_can_be_neither_paused_nor_resumed(by: Actor) -> None:
    for verb in (pause, resume):
        with pytest.raises(UnknownAction):
            verb(ACTION, "nosuch", by=by)
        with pytest.raises(NoSuchClass):
            verb(CLASS, "nosuch", by=by)


def test_what_is_enqueued_or_retried_while_its_action_is_paused_is_set_aside_from_birth(
    start: Start, submit: Enqueue, by: Actor, rung: list[Any]
) -> None:
    job, slot, claimed = start()
    pause(ACTION, "noop", by=by)
    rung.clear()
    assert submit({"scan": 1}).paused
    assert rung == []
    finish(slot, claimed, Outcome(status=Status.ERRORED))
    assert [made.paused for made in chain(job)] == [True]


def test_a_scheduled_job_of_a_paused_action_is_promoted_but_not_ready(submit: Enqueue, slot: Slot, by: Actor) -> None:
    job = submit({"scan": 1}, scheduled_at=timezone.now() + timedelta(hours=1))
    pause(ACTION, "noop", by=by)
    Job.objects.update(scheduled_at=timezone.now() - timedelta(seconds=1))
    seen = _look(slot)
    assert (seen.due, seen.ready) == ([], [])
    resume(ACTION, "noop", by=by)
    assert _claimed(slot) == job


def test_other_actions_of_the_same_class_are_claimed_past_a_paused_backlog(
    submit: Enqueue, slot: Slot, by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though nothing was set aside when the pause was made: its process died right after."""
    for _ in range(5):
        submit({"scan": 1})
    other = submit({"scan": 1}, action="sleep")
    monkeypatch.setattr(pausing, "set_aside", lambda *_, **__: set())
    pause(ACTION, "noop", by=by)
    assert _claimed(slot) == other
    assert _marks() == [True] * 5 + [False]


def test_a_stray_that_was_enqueued_while_the_pause_was_made_is_never_claimed(
    submit: Enqueue, slot: Slot, by: Actor
) -> None:
    pause(ACTION, "noop", by=by)
    job = submit({"scan": 1})
    Job.objects.update(paused=False)
    assert _look(slot).strays
    assert claim(slot).job is None
    assert _marks() == [True]
    assert not _look(slot).strays
    assert [reason.code for reason in waiting_reasons(job)] == ["ACTION_PAUSED"]


def test_a_stray_that_was_set_aside_while_its_action_was_resumed_is_brought_back(submit: Enqueue, slot: Slot) -> None:
    job = submit({"scan": 1})
    submit({"scan": 1}, action="false")
    Job.objects.update(paused=True)
    assert _look(slot).strays
    assert set_aside(slot.session.rows, seconds=1) == {"scan"}
    assert _marks() == [False, False]
    assert not _look(slot).strays
    assert _claimed(slot) == job


def test_a_long_backlog_is_set_aside_from_its_head_and_others_continue(
    submit: Enqueue, slot: Slot, by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setting, "BATCH", 10)
    monkeypatch.setattr(pausing, "PATIENCE_SECONDS", -1)
    enqueue_many([Submission(action="noop", capacity_map={"scan": 1}, priority=n) for n in range(25)], by=by)
    pause(ACTION, "noop", by=by)
    aside = Job.objects.filter(paused=True)
    assert sorted(aside.values_list("priority", flat=True)) == list(range(15, 25)), "the head first"
    set_aside(slot.session.rows, seconds=5)
    assert aside.count() == 25
    resume(ACTION, "noop", by=by)
    set_aside(django_rows, seconds=5)
    assert aside.count() == 0


def test_a_worker_goes_on_with_what_a_pause_has_left(
    submit: Enqueue, new_worker: NewWorker, by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit({"scan": 1})
    with monkeypatch.context() as dying:
        dying.setattr(pausing, "set_aside", lambda *_, **__: set())
        pause(ACTION, "noop", by=by)
    assert _marks() == [False]
    node = Node(identity=new_worker({"scan": 1}), grace_seconds=1, worker=Mock(pool=None))
    node._turn()
    assert _marks() == [True]
    node._known.session.reset()


def test_ended_jobs_bear_no_mark_and_are_not_touched(start: Start, by: Actor) -> None:
    _, slot, claimed = start(retries=0)
    finish(slot, claimed, DONE)
    pause(ACTION, "noop", by=by)
    assert _marks() == [False]


def test_a_paused_class_and_a_paused_backlog_are_not_rung_for(submit: Enqueue, slot: Slot, by: Actor) -> None:
    known = submit({"scan": 1}).capacity_class_id
    assert _look(slot).ready == [known]
    pause(CLASS, "scan", by=by)
    assert _look(slot).ready == []
    assert slot.session.prepared("ready_classes", ([known],)) == []
    assert slot.session.prepared("others", (0, known)) == [(0,)]
    resume(CLASS, "scan", by=by)
    assert slot.session.prepared("ready_classes", ([known],)) == [(known,)]
    pause(ACTION, "noop", by=by)
    assert _look(slot).ready == []


def test_the_reason_for_waiting_names_who_and_since_when(submit: Enqueue, by: Actor) -> None:
    job = submit({"scan": 1})
    pause(ACTION, "noop", by=by, reason="the license server is away")
    pause(CLASS, "scan", by=by)
    since = dict(Pause.objects.values_list("kind", "paused_at"))
    assert [(reason.code, reason.text) for reason in waiting_reasons(job)] == [
        (
            "ACTION_PAUSED",
            f"action noop paused by ada since {since['action']:%Y-%m-%d %H:%M:%S} UTC: the license server is away",
        ),
        ("CLASS_PAUSED", f"capacity class scan paused by ada since {since['class']:%Y-%m-%d %H:%M:%S} UTC"),
    ]
