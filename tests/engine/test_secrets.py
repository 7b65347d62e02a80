"""Secret parameters from the submission to the run: encrypted in every row, and *** in all that a run writes."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

import pytest
from django.test import override_settings

from jobs.actions import Follow
from jobs.actions.context import Context
from jobs.actions.parameters import Parameters
from jobs.actions.registry import Action, LockNeed, _actions, register
from jobs.actions.secret import Secret
from jobs.engine.actor import Actor
from jobs.engine.enqueue import enqueue
from jobs.engine.errors import InvalidSubmission
from jobs.engine.finish import finish
from jobs.engine.submission import Submission
from jobs.models import AuditEvent, Job
from jobs.runner.run import run
from jobs.seal.form import is_sealed
from jobs.seal.keys import name_of_first
from jobs.seal.parameters import open_parameters
from jobs.states import Status
from tests.engine.conftest import Enqueue, Start
from tests.engine.stored import everything_stored

VALUE = "hunter2-correct-horse"


class Login(Parameters):
    user: str = ""
    password: Annotated[str, Secret] = ""


def _tell(context: Context[Login]) -> Any:
    password = context.parameters.password
    context.log(f"logging in with {password}")
    if context.parameters.user == "broken":
        raise ValueError(f"cannot use {context.sent['password']!r}")
    if context.parameters.user == "long":
        raise ValueError(password * 2000)
    if context.parameters.user == "follow":
        link = {"action": "log_in", "parameters": {"password": password, "user": password}, "comment": f"as {password}"}
        return Follow(
            {"action": "webhook", "parameters": {"url": "http://h", "payload": {"p": password}}, "next": link}
        )
    return {"used": password, "length": len(password)}


def _locks(parameters: Login) -> list[LockNeed]:
    if parameters.user == "careless":
        return [LockNeed(name=f"login:{parameters.password}")]
    if parameters.user == "clumsy":
        raise RuntimeError(f"no lock for {parameters.password}")
    return []


@pytest.fixture(autouse=True)
def _action() -> Iterator[None]:
    register(Action(name="log_in", run=_tell, parameters=Login, retries=1, locks=_locks, unique=lambda p: p.password))
    yield
    del _actions["log_in"]


def test_no_row_holds_the_value_but_the_run_has_it(start: Start) -> None:
    job, slot, claimed = start(action="log_in", parameters={"password": VALUE})
    assert is_sealed((claimed.parameters or {})["password"])
    assert job.sealed_with == name_of_first()
    finish(slot, claimed, run(slot, claimed))
    job.refresh_from_db()
    assert (job.status, job.result) == (Status.DONE, {"used": "***", "length": len(VALUE)})
    assert VALUE not in everything_stored()
    assert "logging in with ***" in everything_stored()


@pytest.mark.parametrize(("user", "said"), [("broken", "cannot use '***'"), ("long", "***" * 2000)])
def test_an_error_tells_it_neither_in_its_words_nor_in_its_traceback(start: Start, user: str, said: str) -> None:
    job, slot, claimed = start(action="log_in", parameters={"password": VALUE, "user": user})
    finish(slot, claimed, run(slot, claimed))
    job.refresh_from_db()
    assert (job.exception or {})["message"] == said
    stored = everything_stored()
    # Not even its end, where a long text was cut.
    assert VALUE not in stored
    assert "correct-horse" not in stored
    retry = Job.objects.get(retry_from=job)
    assert open_parameters(retry.parameters or {})["password"] == VALUE
    assert retry.sealed_with == job.sealed_with


def test_what_follows_and_the_audit_hold_it_neither(submit: Enqueue) -> None:
    last = Submission(action="log_in", parameters={"password": VALUE})
    job = submit(next=Submission(action="noop", next=last))
    assert VALUE not in everything_stored()
    assert job.sealed_with == name_of_first()
    assert open_parameters((job.next or {})["next"]["parameters"]) == {"password": VALUE}
    submit(action="log_in", parameters={"password": VALUE})
    after = AuditEvent.objects.latest("pk").after
    assert after is not None
    assert after["parameters"] == {"password": "***"}


def test_what_an_action_has_follow_keeps_a_secret_or_loses_it(start: Start) -> None:
    job, slot, claimed = start(action="log_in", parameters={"password": VALUE, "user": "follow"})
    finish(slot, claimed, run(slot, claimed))
    job.refresh_from_db()
    assert job.next_job is not None
    assert VALUE not in everything_stored()
    assert (job.next_job.parameters or {})["payload"] == {"p": "***"}
    link = job.next_job.next or {}
    assert link["comment"] == "as ***"
    assert link["parameters"]["user"] == "***"
    assert open_parameters(link["parameters"])["password"] == VALUE


@pytest.mark.parametrize("value", [{"$sealed": "x"}, "***"])
def test_what_nobody_sealed_is_refused(by: Actor, value: Any) -> None:
    with pytest.raises(InvalidSubmission, match="password"):
        enqueue(Submission(action="log_in", parameters={"password": value}), by=by)
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("user", "words"),
    [("careless", "a lock of log_in is named after a secret"), ("clumsy", r"RuntimeError: no lock for \*\*\*")],
)
def test_code_of_the_action_can_not_tell_it_at_the_submission(by: Actor, user: str, words: str) -> None:
    with pytest.raises(InvalidSubmission, match=words) as caught:
        enqueue(Submission(action="log_in", parameters={"password": VALUE, "user": user}), by=by)
    assert VALUE not in str(caught.value)
    assert not Job.objects.exists()


def test_a_slot_forgets_the_secrets_of_the_job_before(start: Start) -> None:
    _, slot, claimed = start(action="log_in", parameters={"password": "noop"})
    run(slot, claimed)
    outcome = run(slot, replace(claimed, parameters={"user": "x"}))
    assert outcome.result == '{"used": "", "length": 0}'


def test_a_job_from_before_its_parameter_was_a_secret_does_not_tell_it_either(start: Start) -> None:
    _, slot, claimed = start(action="log_in", parameters={})
    outcome = run(slot, replace(claimed, parameters={"password": VALUE}))
    assert outcome.result == f'{{"used": "***", "length": {len(VALUE)}}}'


@override_settings(PARAMETERS_KEYS=[])
def test_what_has_no_secrets_runs_without_a_key(start: Start) -> None:
    job, slot, claimed = start(action="log_in", parameters={"user": "ann"}, next=Submission(action="noop"))
    finish(slot, claimed, run(slot, claimed))
    job.refresh_from_db()
    assert (job.status, job.sealed_with) == (Status.DONE, None)


def test_a_job_without_secrets_has_no_key(submit: Enqueue) -> None:
    assert submit(action="noop", parameters={"password": VALUE}).sealed_with is None
