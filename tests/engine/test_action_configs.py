"""An operator's default parameters of an action: what runs has them, and a change of them makes nothing unsafe."""

from typing import Annotated, Any

import pytest
from pydantic import Field

from jobs.actions import Action, Context, LockNeed, Parameters, registry
from jobs.engine.actor import Actor
from jobs.engine.configs.delete import delete_config
from jobs.engine.configs.save import save_config
from jobs.engine.errors import InvalidSubmission, NoSuchActionConfig
from jobs.engine.retry import retry
from jobs.engine.slot import Slot
from jobs.models import ActionConfig, AuditEvent, Job
from jobs.runner.loop import serve
from tests.engine.conftest import Enqueue
from tests.engine.threads import at_once


class Wants(Parameters):
    device: str
    live: bool = False
    depth: Annotated[int, Field(ge=1)] = 3


class Writes(Parameters):
    dry_run: bool = True


def _locks(parameters: Wants) -> list[LockNeed]:
    return [LockNeed(name="devices")] if parameters.live else []


def _run(context: Context[Any]) -> dict[str, Any]:
    return {"ran": context.parameters.model_dump(), "sent": dict(context.sent)}


@pytest.fixture(autouse=True)
def _declared(monkeypatch: pytest.MonkeyPatch) -> None:
    survey = Action(name="survey", run=_run, parameters=Wants, locks=_locks, retries=2)
    monkeypatch.setitem(registry._actions, "survey", survey)
    monkeypatch.setitem(registry._actions, "writes", Action(name="writes", run=_run, parameters=Writes))


def ended(job: Job, slot: Slot) -> Job:
    serve(slot, rung="scan", hops=0)
    job.refresh_from_db()
    return job


def test_what_runs_has_the_defaults_and_its_own_values_win(submit: Enqueue, slots: list[Slot], by: Actor) -> None:
    save_config("survey", {"device": "leaf1", "depth": "7"}, by=by)
    job = ended(submit({"scan": 1}, action="survey", parameters={"device": "leaf2"}), slots[0])
    assert job.result == {
        "ran": {"device": "leaf2", "live": False, "depth": 7},
        "sent": {"device": "leaf2", "depth": "7"},
    }
    assert job.parameters == {"device": "leaf2"}


@pytest.mark.parametrize(("then", "since"), [("false", True), (True, "false")])
def test_whether_it_is_a_dry_run_is_decided_at_the_submission(
    submit: Enqueue, slots: list[Slot], by: Actor, then: Any, since: Any
) -> None:
    save_config("writes", {"dry_run": then}, by=by)
    job = submit({"scan": 1}, action="writes")
    save_config("writes", {"dry_run": since}, by=by)
    ended(job, slots[0])
    again = ended(retry(job.uuid, by=by), slots[0])
    decided = then is True
    assert job.result == again.result == {"ran": {"dry_run": decided}, "sent": {"dry_run": decided}}
    assert (job.dry_run, again.dry_run, job.parameters) == (decided, decided, None)


def test_what_was_sent_is_sent_as_it_was(submit: Enqueue, slots: list[Slot]) -> None:
    job = ended(submit({"scan": 1}, action="writes", parameters={"dry_run": "no"}), slots[0])
    assert job.result == {"ran": {"dry_run": False}, "sent": {"dry_run": "no"}}
    assert job.dry_run is False


def test_what_waits_already_has_the_defaults_of_its_start(submit: Enqueue, slots: list[Slot], by: Actor) -> None:
    save_config("survey", {"device": "leaf1", "depth": 7}, by=by)
    job = submit({"scan": 1}, action="survey", parameters={"device": "leaf2"})
    delete_config("survey", by=by)
    result = ended(job, slots[0]).result
    assert result is not None
    assert result["ran"]["depth"] == 3


def test_a_lock_that_new_defaults_ask_for_is_not_run_without(submit: Enqueue, slots: list[Slot], by: Actor) -> None:
    job = submit({"scan": 1}, action="survey", parameters={"device": "leaf1"})
    save_config("survey", {"live": True}, by=by)
    ended(job, slots[0])
    assert (job.status, job.result) == ("errored", None)
    assert job.exception is not None
    assert job.exception["message"].startswith("locks: devices is asked for")
    # Another attempt would only repeat it.
    assert not Job.objects.filter(retry_from=job).exists()
    again = ended(submit({"scan": 1}, action="survey", parameters={"device": "leaf1"}), slots[0])
    assert (again.status, again.locks) == ("done", [{"name": "devices", "mode": "exclusive"}])


def test_only_what_is_given_is_judged(by: Actor) -> None:
    save_config("survey", {"depth": 1}, by=by)
    for parameters, field in (({"depth": 0}, "depth"), ({"width": 1}, "width"), ({"device": []}, "device")):
        with pytest.raises(InvalidSubmission) as caught:
            save_config("survey", parameters, by=by)
        assert caught.value.field == f"parameters.{field}"
    assert ActionConfig.objects.get().parameters == {"depth": 1}


def test_of_two_that_save_at_once_one_creates_and_one_changes(by: Actor) -> None:
    at_once(*(lambda depth=depth: save_config("survey", {"depth": depth}, by=by) for depth in (1, 2)))
    first, second = AuditEvent.objects.order_by("id")
    assert ({first.verb, second.verb}, first.before) == ({"create", "change"}, None)
    assert second.before == first.after
    assert ActionConfig.objects.get().parameters == second.after


def test_one_that_is_not_there_is_not_deleted(by: Actor) -> None:
    with pytest.raises(NoSuchActionConfig):
        delete_config("survey", by=by)
    assert not AuditEvent.objects.exists()
