"""enqueue: checked, stored, announced, in this order."""

from collections import Counter
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jobs import doorbell
from jobs.doorbell import ENOUGH
from jobs.engine.actor import Actor
from jobs.engine.enqueue import enqueue, enqueue_many
from jobs.engine.errors import InvalidSubmission
from jobs.engine.submission import Submission
from jobs.models import ActionConfig, AuditEvent, Job
from tests.engine.conftest import Enqueue
from tests.engine.locking import exclusive
from workers.models import CapacityClass


@pytest.fixture
def bells() -> Any:
    with patch.object(doorbell, "ring") as ring:
        yield ring


def test_the_bell_rings_after_the_commit(by: Actor, bells: Any) -> None:
    with transaction.atomic():
        enqueue(Submission(action="noop"), by=by)
        bells.assert_not_called()
    bells.assert_called_once_with("default")


def test_what_is_rolled_back_was_never_there(by: Actor, bells: Any) -> None:
    with transaction.atomic():
        enqueue(Submission(action="noop"), by=by)
        transaction.set_rollback(True)
    assert not Job.objects.exists()
    assert not AuditEvent.objects.exists()
    bells.assert_not_called()


def test_the_submission_is_in_the_audit(by: Actor) -> None:
    job = enqueue(Submission(action="noop", parameters={"a": "b"}), by=by)
    event = AuditEvent.objects.get()
    assert (event.verb, event.user, event.dialect, event.object_id) == ("enqueue", "ada", "cli", str(job.uuid))


def test_many_jobs_are_one_insert_and_a_few_bells_for_each_class(by: Actor, bells: Any) -> None:
    wanted = [Submission(action="noop", capacity_map={"scan": 1 + number % 2}) for number in range(500)]
    enqueue_many(wanted[:2], by=by)
    bells.reset_mock()
    with CaptureQueriesContext(connection) as queries:
        jobs = enqueue_many(wanted, by=by)
    assert len(jobs) == 500
    assert sum(query["sql"].startswith('INSERT INTO "jobs_job"') for query in queries) == 1
    assert len(queries) < 10
    # scan=2 is new: it is also rung for on the queue of scan.
    assert Counter(call.args[0] for call in bells.call_args_list) == {"scan": ENOUGH, "scan=2": ENOUGH + 1}


def test_one_bad_submission_of_many_stores_none(by: Actor) -> None:
    with pytest.raises(InvalidSubmission):
        enqueue_many([Submission(action="noop"), Submission(action="nosuch")], by=by)
    assert not Job.objects.exists()


def test_equal_needs_are_one_class_however_they_are_written(submit: Enqueue) -> None:
    submit({"scan": 1, "check": 2})
    submit({"check": 2, "scan": 1})
    submit(None)
    submit({})
    submit({"default": 1})
    assert sorted(CapacityClass.objects.values_list("name", flat=True)) == ["check=2,scan=1", "default"]


def test_null_and_empty_capacity_are_stored_apart(submit: Enqueue) -> None:
    assert submit(None).capacity_map is None
    assert submit({}).capacity_map == {}


def test_a_dropped_class_is_made_again(submit: Enqueue) -> None:
    submit({"scan": 3}).delete()
    CapacityClass.objects.all().delete()
    assert submit({"scan": 3}).capacity_class.name == "scan=3"


def test_a_job_due_soon_is_announced_with_its_time(by: Actor, bells: Any) -> None:
    enqueue(Submission(action="noop", scheduled_at=timezone.now() + timedelta(seconds=2)), by=by)
    [call] = bells.call_args_list
    assert 1 < call.kwargs["due_in"] <= 2


def test_a_job_due_tomorrow_rings_nobody(by: Actor, bells: Any) -> None:
    enqueue(Submission(action="noop", scheduled_at=timezone.now() + timedelta(days=1)), by=by)
    bells.assert_not_called()


def test_the_operators_defaults_count_when_parameters_are_checked(by: Actor) -> None:
    ActionConfig.objects.create(action="sleep", parameters={"seconds": "never"})
    with pytest.raises(InvalidSubmission, match=r"parameters\.seconds"):
        enqueue(Submission(action="sleep"), by=by)
    assert enqueue(Submission(action="sleep", parameters={"seconds": "4"}), by=by).parameters == {"seconds": "4"}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"action": "slep"}, "action"),
        ({"action": "no such"}, "action"),
        ({"parameters": {"seconds": -1}}, "parameters.seconds"),
        ({"parameters": {"k": "a\x00b"}}, "parameters.k"),
        ({"parameters": {"k": {"deep": [float("nan")]}}}, "parameters.k.deep.0"),
        ({"parameters": {"k": "\ud800"}}, "parameters.k"),
        ({"capacity_map": {"scan": 0}}, "capacityMap.scan"),
        ({"capacity_map": {"scan": 1.5}}, "capacityMap.scan"),
        ({"capacity_map": {"scan": True}}, "capacityMap.scan"),
        ({"capacity_map": {"1scan": 1}}, "capacityMap.1scan"),
        ({"capacity_map": {f"t{n}": 1 for n in range(17)}}, "capacityMap"),
        ({"retries": 101}, "retries"),
        ({"retries": -1}, "retries"),
        ({"priority": 101}, "priority"),
        ({"deadline": "-5m"}, "deadline"),
        ({"deadline": "9000h"}, "deadline"),
        ({"stop_timeout": "soon"}, "stopTimeout"),
        ({"comment": "x" * 256}, "comment"),
        ({"ticket_ref": "x" * 33}, "ticketRef"),
        ({"locks": [{"name": "no spaces"}]}, "locks"),
        ({"locks": [{"name": "devices", "mode": "greedy"}]}, "locks.devices.mode"),
        ({"locks": exclusive(*(f"lock{n}" for n in range(65)))}, "locks"),
    ],
)
def test_what_is_wrong_is_named(fields: dict[str, Any], field: str, by: Actor) -> None:
    with pytest.raises(InvalidSubmission) as refusal:
        enqueue(Submission(**{"action": "sleep", **fields}), by=by)
    assert refusal.value.field == field
    assert not Job.objects.exists()


def test_so_many_locks_are_allowed_and_a_name_twice_is_one(by: Actor) -> None:
    names = [f"lock{n}" for n in range(64)]
    assert len(enqueue(Submission(action="noop", locks=exclusive(*names, *names)), by=by).locks or []) == 64


def test_an_unknown_action_is_answered_with_those_near_it(by: Actor) -> None:
    with pytest.raises(InvalidSubmission, match="sleep"):
        enqueue(Submission(action="slep"), by=by)
