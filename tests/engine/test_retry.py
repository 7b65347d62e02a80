"""Retries: a new row of the same chain, made in the transaction that ends the attempt before it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import Mock
from uuid import uuid4

import pytest
from django.utils import timezone

from jobs.actions import Context, JobCanceled, registry
from jobs.actions.parameters import InvalidParameters
from jobs.actions.registry import Action
from jobs.engine.actor import Actor, engine_actor
from jobs.engine.cancel import cancel
from jobs.engine.claim import claim
from jobs.engine.errors import JobNotEnded, NoSuchJob
from jobs.engine.finish import Outcome, finish
from jobs.engine.retry import retry
from jobs.engine.submission import Submission
from jobs.engine.waiting import waiting_reasons
from jobs.models import AuditEvent, Cron, Job
from jobs.runner.loop import serve
from jobs.runner.run import run
from jobs.states import RETRIED, Status
from tests.engine.conftest import Enqueue, NewSlot, NewWorker, Start, chain, make_due

ERRORED = Outcome(status=Status.ERRORED, exception='{"message": "no"}')
ENGINE = engine_actor("test")
Declare = Callable[..., Action]


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Declare:
    """An action for one test."""

    def make(act: Callable[[Context[Any]], Any], **options: Any) -> Action:
        made = Action(name="tried", run=act, **options)
        monkeypatch.setitem(registry._actions, "tried", made)
        return made

    return make


@pytest.mark.parametrize("status", RETRIED)
def test_what_failed_is_followed_by_a_new_row(start: Start, status: Status) -> None:
    job, slot, claimed = start()
    assert finish(slot, claimed, Outcome(status=status)).accepted
    [made] = chain(job)
    job.refresh_from_db()
    assert (job.status, job.next_job) == (status, made)
    assert (made.status, made.retries_left, made.retries_total) == (Status.WAITING, 1, 2)
    assert made.uuid.version == 7


@pytest.mark.parametrize("status", [Status.DONE, Status.CANCELED])
def test_what_is_done_or_canceled_is_not_run_again(start: Start, status: Status) -> None:
    job, slot, claimed = start()
    assert finish(slot, claimed, Outcome(status=status)).accepted
    assert chain(job) == []


def test_a_failure_after_a_cancel_is_not_retried(start: Start, by: Actor) -> None:
    job, slot, claimed = start()
    cancel(job.uuid, by=by)
    assert finish(slot, claimed, ERRORED).accepted
    job.refresh_from_db()
    assert (job.status, job.next_job, chain(job)) == (Status.CANCELED, None, [])


def test_without_retries_a_failure_is_the_end(start: Start) -> None:
    job, slot, claimed = start(retries=0)
    finish(slot, claimed, ERRORED)
    assert chain(job) == []


@pytest.mark.parametrize(("retries", "outcome"), [(2, Outcome(status=Status.DONE)), (0, ERRORED)])
def test_an_end_without_a_retry_stays_one_statement(
    start: Start, monkeypatch: pytest.MonkeyPatch, retries: int, outcome: Outcome
) -> None:
    _, slot, claimed = start(retries=retries)
    counted = Mock(wraps=slot.session.rows)
    monkeypatch.setattr(slot.session, "rows", counted)
    assert finish(slot, claimed, outcome).accepted
    assert counted.call_count == 1


def test_a_retry_takes_over_everything_but_the_course_of_the_attempt(start: Start) -> None:
    job, slot, claimed = start(
        parameters={"a": [1]}, priority=7, deadline="15m", stop_timeout="1m30s", comment="c", ticket_ref="t",
        scheduled_by="ann", next=Submission(action="noop"), locks=[{"name": "devices", "mode": "shared"}],
    )  # fmt: skip
    cron = Cron.objects.create(name="n", action="noop", schedule="@daily", enabled=False)
    Job.objects.filter(pk=job.pk).update(cron=cron, cron_due_at=timezone.now(), sealed_with="a key", dry_run=True)
    finish(slot, claimed, replace(ERRORED, finished='["eosdist"]', progress_done=1, progress_total=2, change_score=3))
    job.refresh_from_db()
    [made] = chain(job)
    anew = {
        "id", "uuid", "status", "status_changed_at", "due", "ready", "occupies", "due_at", "blocked_by",
        "retries_left", "retry_from", "created_at", "scheduled_at", "started_at", "ended_at", "worker", "slot",
        "stop_at", "late_result_at", "cancel_reason", "canceled_by", "result", "exception", "finished",
        "progress_done", "progress_total", "change_score", "next_job", "cron_due_at", "paused", "unique_key",
            "forced_at", "woken_for", "retry_asked", "reported_at",
    }  # fmt: skip
    for field in Job._meta.concrete_fields:
        if field.name not in anew:
            assert getattr(made, field.attname) == getattr(job, field.attname) is not None, field.name
    course = ("finished", "progress_done", "progress_total", "change_score", "exception", "cron_due_at")
    assert {getattr(made, name) for name in course} == {None}


def test_two_retries_are_three_attempts_of_one_original(start: Start, rung: list[Any]) -> None:
    job, slot, claimed = start()
    finish(slot, claimed, ERRORED)
    for _ in range(2):
        make_due(chain(job)[-1])
        again = claim(slot).job
        assert again is not None
        finish(slot, again, ERRORED)
    assert [made.retries_left for made in chain(job)] == [1, 0]
    assert claim(slot).job is None


def test_a_retry_waits_and_says_until_when(start: Start, rung: list[tuple[str, float]]) -> None:
    job, slot, claimed = start()
    rung.clear()
    assert finish(slot, claimed, ERRORED).job is None
    [made] = chain(job)
    assert not made.due
    assert timedelta(seconds=2) < made.scheduled_at - made.created_at <= timedelta(seconds=5)
    assert claim(slot).job is None, "not before its time"
    [reason] = waiting_reasons(made)
    assert (reason.code, reason.text) == ("BACKOFF", f"backoff until {made.scheduled_at:%Y-%m-%d %H:%M:%S} UTC")
    assert rung == [("scan", (made.scheduled_at - made.created_at).total_seconds())]


def test_a_later_retry_is_left_to_the_look(start: Start, rung: list[Any], declare: Declare) -> None:
    declare(lambda _: None, backoff=timedelta(minutes=1))
    job, slot, claimed = start(action="tried")
    rung.clear()
    finish(slot, claimed, ERRORED)
    assert len(chain(job)) == 1
    assert rung == []


def test_a_hand_over_that_makes_a_retry_still_brings_the_next_job(start: Start, submit: Enqueue) -> None:
    _, slot, claimed = start()
    following = submit({"scan": 1})
    handed = finish(slot, claimed, ERRORED)
    assert handed.job is not None
    assert handed.job.uuid == following.uuid


def test_the_loop_runs_all_attempts_of_an_action_without_backoff(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot, declare: Declare, rung: list[Any]
) -> None:
    def act(_context: Context[Any]) -> None:
        raise OSError("no answer")

    declare(act, backoff=timedelta(0))
    job = submit({"scan": 1}, action="tried", retries=2)
    assert serve(new_slot(new_worker({"scan": 1})), rung="scan", hops=0) == 3
    assert [made.status for made in chain(job)] == [Status.ERRORED, Status.ERRORED]


@pytest.mark.parametrize(
    "error", [PermissionError("no"), JobCanceled("enough"), InvalidParameters(field="parameters.x", reason="bad")]
)
def test_some_errors_are_not_worth_a_retry(start: Start, declare: Declare, error: Exception) -> None:
    def act(_context: Context[Any]) -> None:
        raise error

    declare(act, no_retry=(PermissionError,))
    job, slot, claimed = start(action="tried")
    outcome = run(slot, claimed)
    assert (outcome.status, outcome.worth_a_retry) == (Status.ERRORED, False)
    finish(slot, claimed, outcome)
    assert chain(job) == []


def test_an_action_that_only_another_worker_knows_is_retried(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    job, slot, claimed = start()
    monkeypatch.delitem(registry._actions, "noop")
    finish(slot, claimed, run(slot, claimed))
    assert len(chain(job)) == 1


@pytest.mark.parametrize("status", [Status.DONE, Status.ERRORED, Status.CANCELED])
def test_a_person_runs_any_ended_job_once_more(start: Start, by: Actor, status: Status, rung: list[Any]) -> None:
    job, slot, claimed = start(retries=1)
    rung.clear()
    finish(slot, claimed, replace(ERRORED, status=status, worth_a_retry=False))
    made = retry(job.uuid, by=by)
    assert (made.status, made.due, made.retries_left, made.retry_from) == (Status.WAITING, True, 1, job)
    assert rung == [("scan", 0.0)]
    event = AuditEvent.objects.get(verb="retry")
    assert (event.user, event.object_id, event.after) == ("ada", str(job.uuid), {"retry": str(made.uuid)})
    again = claim(slot).job
    assert again is not None
    assert again.uuid == made.uuid


def test_a_retry_by_hand_of_a_retry_has_all_retries_anew_and_the_original(
    start: Start, by: Actor, rung: list[Any]
) -> None:
    job, slot, claimed = start(retries=1)
    finish(slot, claimed, ERRORED)
    [automatic] = chain(job)
    by_hand = retry(job.uuid, by=by)
    job.refresh_from_db()
    assert job.next_job == automatic, "the first that followed stays named"
    cancel(automatic.uuid, by=by)
    once_more = retry(automatic.uuid, by=by)
    assert [made.retries_left for made in (automatic, by_hand, once_more)] == [0, 1, 1]
    assert {made.retry_from for made in (automatic, by_hand, once_more)} == {job}


def test_only_an_ended_job_can_be_run_once_more(start: Start, submit: Enqueue, by: Actor) -> None:
    running, _, _ = start()
    with pytest.raises(JobNotEnded, match="running"):
        retry(running.uuid, by=by)
    with pytest.raises(JobNotEnded, match="waiting"):
        retry(submit({"scan": 1}).uuid, by=by)
    with pytest.raises(NoSuchJob):
        retry(uuid4(), by=by)
    assert Job.objects.count() == 2
