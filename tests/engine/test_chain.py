"""Chains: what follows a job is made in the transaction that ends it as done, and only then."""

from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import psycopg2
import pytest

from jobs.actions import Action, Context, Follow, registry
from jobs.engine import follow as following
from jobs.engine.actor import Actor
from jobs.engine.cancel import cancel
from jobs.engine.claim import claim
from jobs.engine.errors import InvalidSubmission
from jobs.engine.finish import HandOver, Outcome, finish
from jobs.engine.pause import pause
from jobs.engine.rescue import end_slots
from jobs.engine.slot import Slot
from jobs.engine.submission import Submission
from jobs.models import ActionConfig, AuditEvent, Job, JobLog, Pause
from jobs.runner.loop import serve
from jobs.states import Status
from tests.engine.conftest import Enqueue, NewSlot, NewWorker, Start, chain, make_due
from workers.models import CapacityClass

pytestmark = pytest.mark.slow

DONE = Outcome(status=Status.DONE, result='{"a": 1}')
ERRORED = Outcome(status=Status.ERRORED)
NEXT = Submission(action="sleep", parameters={"seconds": "0"}, capacity_map={"scan": 1}, comment="second")
Declare = Callable[..., Action]


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Declare:
    def make(act: Callable[[Context[Any]], Any], name: str = "first", **options: Any) -> Action:
        made = Action(name=name, run=act, **options)
        monkeypatch.setitem(registry._actions, name, made)
        return made

    return make


@pytest.fixture
def slot(new_worker: NewWorker, new_slot: NewSlot) -> Slot:
    return new_slot(new_worker({"scan": 1}))


def _follower(job: Job) -> Job:
    job.refresh_from_db()
    assert job.next_job is not None
    return job.next_job


def test_what_follows_is_made_when_the_job_is_done(start: Start, rung: list[Any]) -> None:
    job, slot, claimed = start(next=NEXT, scheduled_by="ann", retries=0)
    rung.clear()
    assert finish(slot, claimed, DONE).accepted
    made = _follower(job)
    assert (job.status, job.result) == (Status.DONE, {"a": 1})
    assert (made.status, made.action, made.parameters, made.comment) == (
        Status.WAITING, "sleep", {"seconds": "0"}, "second",
    )  # fmt: skip
    assert (made.retry_from, made.scheduled_by, made.next) == (None, "ann", None)
    assert rung == [("scan", 0.0)]
    event = AuditEvent.objects.get(object_id=str(made.uuid))
    assert (event.verb, event.user, event.dialect, event.client) == ("enqueue", "ann", "engine", f"slot {slot.name}")
    assert event.after == {
        "action": "sleep", "parameters": {"seconds": "0"}, "number": made.pk, "follows": str(job.uuid),
    }  # fmt: skip
    again = claim(slot).job
    assert again is not None
    assert again.uuid == made.uuid


def test_a_chain_of_three_runs_to_its_end(submit: Enqueue, slot: Slot, rung: list[Any]) -> None:
    third = Submission(action="noop", capacity_map={"scan": 1})
    job = submit({"scan": 1}, next=Submission(action="noop", capacity_map={"scan": 1}, next=third))
    assert serve(slot, rung="scan", hops=0) == 3
    assert _follower(_follower(job)).status == Status.DONE


def test_what_failed_or_was_canceled_starts_nothing(start: Start, by: Actor) -> None:
    job, slot, claimed = start(next=NEXT, retries=0)
    finish(slot, claimed, ERRORED)
    other, slot, claimed = start(next=NEXT)
    cancel(other.uuid, by=by)
    assert finish(slot, claimed, DONE).accepted
    other.refresh_from_db()
    assert other.status == Status.CANCELED
    assert set(Job.objects.all()) == {job, other}


def test_after_a_retry_that_succeeds_the_chain_goes_on(start: Start, rung: list[Any]) -> None:
    job, slot, claimed = start(next=NEXT)
    finish(slot, claimed, ERRORED)
    [retry] = chain(job)
    assert _follower(job) == retry
    make_due(retry)
    again = claim(slot).job
    assert again is not None
    finish(slot, again, DONE)
    assert _follower(retry).action == "sleep"


def test_an_end_without_a_successor_stays_one_statement_and_one_with_it_one_transaction(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    for fields, statements in (({}, 1), ({"next": NEXT}, 11)):
        _, slot, claimed = start(**fields)
        counted = Mock(wraps=slot.session.rows)
        monkeypatch.setattr(slot.session, "rows", counted)
        assert finish(slot, claimed, DONE).accepted
        assert counted.call_count == statements, counted.call_args_list


def test_an_end_and_what_follows_happen_both_or_not_at_all(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    job, slot, claimed = start(next=NEXT)

    def broken(*_: Any) -> None:
        raise psycopg2.OperationalError("the connection broke")

    with monkeypatch.context() as patched:
        patched.setattr(following, "moment", broken)
        with pytest.raises(psycopg2.OperationalError):
            finish(slot, claimed, DONE)
    job.refresh_from_db()
    assert (job.status, job.next_job, Job.objects.count()) == (Status.RUNNING, None, 1)
    assert finish(slot, claimed, DONE).accepted
    assert Job.objects.count() == 2


def test_a_zombie_starts_nothing(start: Start, by: Actor) -> None:
    _, slot, claimed = start(next=NEXT, retries=0)
    end_slots([slot.name], status=Status.ERRORED, why="gone", by=by)
    assert finish(slot, claimed, DONE) == HandOver(accepted=False, job=None)
    assert Job.objects.count() == 1


def test_what_can_not_be_enqueued_any_more_does_not_hold_up_the_end(
    start: Start, declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(lambda _: None)
    job, slot, claimed = start(next=Submission(action="first"))
    monkeypatch.delitem(registry._actions, "first")
    assert finish(slot, claimed, DONE).accepted
    job.refresh_from_db()
    assert (job.status, job.next_job, Job.objects.count()) == (Status.DONE, None, 1)
    [line] = JobLog.objects.filter(job=job).values_list("data", flat=True)
    assert line.startswith("[what follows was not enqueued: InvalidSubmission: action: no action 'first'")
    event = AuditEvent.objects.get(verb="refuse_next")
    assert (event.object_id, event.reason) == (str(job.uuid), line)


def test_whatever_the_followers_own_code_raises_the_job_ends(start: Start, declare: Declare) -> None:
    declare(lambda _: None)
    job, slot, claimed = start(next=Submission(action="first"))
    declare(lambda _: None, locks=lambda parameters: parameters.nosuch)
    assert finish(slot, claimed, DONE).accepted
    assert "AttributeError" in JobLog.objects.get(job=job).data


def test_what_follows_is_paused_unique_and_of_its_class_as_at_any_submission(
    start: Start, declare: Declare, submit: Enqueue, by: Actor, rung: list[Any]
) -> None:
    declare(lambda _: None, unique=True)
    follower = Submission(action="first", capacity_map={"check": 3})
    job, slot, claimed = start(next=follower)
    waiting = submit({"check": 3}, action="first")
    pause(Pause.Kind.ACTION, "sleep", by=by)
    finish(slot, claimed, DONE)
    assert _follower(job) == waiting
    assert AuditEvent.objects.filter(verb="enqueue_again", object_id=str(waiting.uuid), dialect="engine").count() == 1
    CapacityClass.objects.exclude(name__in=["scan", "check=3"]).delete()
    other, slot, claimed = start(next=Submission(action="sleep", capacity_map={"new": 2}))
    CapacityClass.objects.filter(name="new=2").delete()
    finish(slot, claimed, DONE)
    made = _follower(other)
    assert (made.paused, made.capacity_class.name) == (True, "new=2")


def test_the_operators_defaults_count_for_what_follows(start: Start) -> None:
    ActionConfig.objects.create(action="sleep", parameters={"seconds": "4"})
    job, slot, claimed = start(next=Submission(action="sleep"))
    ActionConfig.objects.update(parameters={"seconds": "never"})
    finish(slot, claimed, DONE)
    job.refresh_from_db()
    assert job.next_job is None
    assert "parameters.seconds" in JobLog.objects.get(job=job).data


def test_an_action_returns_what_follows_and_its_result_is_kept(
    submit: Enqueue, slot: Slot, declare: Declare, rung: list[Any]
) -> None:
    declare(lambda _: Follow({"action": "noop", "capacityMap": {"scan": 1}, "priority": 7}, result={"found": 3}))
    job = submit({"scan": 1}, action="first", next=Submission(action="false", capacity_map={"check": 1}))
    assert serve(slot, rung="scan", hops=0) == 2
    made = _follower(job)
    assert (job.status, job.result, made.action, made.priority) == (Status.DONE, {"found": 3}, "noop", 7)
    assert _follower(made).action == "false", "what the job was submitted with comes after it"


@pytest.mark.parametrize(
    ("submission", "named"),
    [
        ({"action": "nosuch"}, "nosuch"),
        ({"action": "sleep", "parameters": {"seconds": "soon"}}, "parameters.seconds"),
        ({"action": "noop", "next": {"action": "noop", "retries": 101}}, "next.retries"),
        ({"action": "noop", "delay": 3}, "delay"),
        ({"parameters": {}}, "action: is required"),
        ({"action": "noop", "scheduledAt": "2030-01-01T00:00:00"}, "names no zone"),
        ({"action": "noop", "parameters": {"x": object()}}, "not JSON serializable"),
    ],
)
@pytest.mark.usefixtures("rung")
def test_an_action_that_returns_what_can_not_follow_has_failed(
    submit: Enqueue, slot: Slot, declare: Declare, submission: dict[str, Any], named: str
) -> None:
    declare(lambda _: Follow(submission, result=1))
    job = submit({"scan": 1}, action="first")
    serve(slot, rung="scan", hops=0)
    job.refresh_from_db()
    assert (job.status, job.next_job) == (Status.ERRORED, None)
    assert named in (job.exception or {})["message"]


@pytest.mark.parametrize(
    ("follower", "field"),
    [
        (Submission(action="nosuch"), "next.action"),
        (Submission(action="noop", next=Submission(action="sleep", parameters={"seconds": -1})),
         "next.next.parameters.seconds"),
    ],
)  # fmt: skip
def test_a_chain_is_checked_whole_at_its_submission(submit: Enqueue, follower: Submission, field: str) -> None:
    with pytest.raises(InvalidSubmission) as refusal:
        submit({"scan": 1}, next=follower)
    assert refusal.value.field == field
    assert not Job.objects.exists()


def test_a_chain_has_a_limit(submit: Enqueue) -> None:
    follower = None
    for _ in range(10):
        follower = Submission(action="noop", next=follower)
    submit({"scan": 1}, next=follower)
    with pytest.raises(InvalidSubmission, match="next: is a chain of 11"):
        submit({"scan": 1}, next=Submission(action="noop", next=follower))
