"""Run one claimed job: its action, its parameters, and what comes of it."""

import contextlib
import json
import re
from dataclasses import replace
from typing import Any

import psycopg2
from django.conf import settings

from jobs.actions import Action, Context, DeadlineExceeded, Follow, JobCanceled, UnknownAction, get_action
from jobs.actions.dry_run import completed
from jobs.actions.parameters import InvalidParameters, Parameters, validate
from jobs.engine.chain import append
from jobs.engine.fail import fail
from jobs.engine.finish import Outcome
from jobs.engine.follow import check_follower
from jobs.engine.slot import Claimed, Slot
from jobs.engine.submission import canonical_json, stop_timeout_of
from jobs.runner import process
from jobs.runner.process import SlotStopped, interruptible
from jobs.runner.reporter import JobReporter
from jobs.seal.hush import hushed_json, hushed_value, learn
from jobs.seal.parameters import has_secrets, open_parameters, secrets_in
from jobs.seal.streams import hushed_output
from jobs.seal.submission import seal_submission
from jobs.states import CUT, Status

_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


class UnusableResult(ValueError):
    """What an action returned can not be kept: not JSON, or too large."""


def run(slot: Slot, job: Claimed) -> Outcome:
    """Run the action to its end. Whatever it raises becomes an outcome, so nothing it does breaks the slot.

    Raises NotStarted, before the action is entered, in a process that was told to end.
    """
    learn([])
    reporter = JobReporter(job_id=job.id, slot_name=slot.name, session=slot.session, max_lines=settings.MAX_LOG_LINES)
    try:
        outcome = _done(slot, job, _act(job, reporter))
    except SlotStopped as error:
        outcome = fail(error, status=error.status)
    except DeadlineExceeded as error:
        outcome = fail(error, status=Status.TIMEOUT)
    except (Exception, SystemExit, GeneratorExit) as error:  # noqa: BLE001 - an action may raise anything
        outcome = fail(error, worth_a_retry=_worth_a_retry(job, error))
    if process.sweep():
        reporter.log("killed what the action left running")
    return replace(_judged(outcome), **reporter.close())


def _judged(outcome: Outcome) -> Outcome:
    """After its deadline a job has timed out, whatever its action made of that; what it returned or raised is kept."""
    if not process.deadline_passed() or outcome.status in CUT:
        return outcome
    why = outcome.exception or fail(DeadlineExceeded("the job was not done at its deadline")).exception
    return replace(outcome, status=Status.TIMEOUT, exception=why)


def _done(slot: Slot, job: Claimed, returned: object) -> Outcome:
    action = get_action(job.action)
    if not isinstance(returned, Follow):
        return Outcome(status=Status.DONE, result=_encode(action, returned))
    try:
        wanted = seal_submission(json.loads(canonical_json(append(returned.submission, job.next))))
        # What is a secret here is handed on as one, or not at all.
        wanted = hushed_value(wanted, keep_sealed=True)
        with contextlib.suppress(psycopg2.OperationalError, psycopg2.InterfaceError):
            # The end asks again, when the database is back.
            check_follower(slot.session.rows, job, wanted)
    except (TypeError, ValueError, AttributeError, RecursionError) as error:
        raise UnusableResult(f"what {action.name} wants to follow can not be enqueued: {error}") from error
    return Outcome(status=Status.DONE, result=_encode(action, returned.result), follow=wanted)


def _act(job: Claimed, reporter: JobReporter) -> object:
    action = get_action(job.action)
    stored = completed(action.parameters, job.parameters or {}, configured=job.configured or {}, dry_run=job.dry_run)
    read = _read_secrets if has_secrets(action.parameters, stored) else _read
    sent, parameters = read(action, stored)
    _require_locks(action, parameters, job)
    context: Context[Any] = Context(
        job_id=job.uuid,
        action=job.action,
        parameters=parameters,
        sent=sent,
        reporter=reporter,
        fence=job.fence,
        stop_timeout_seconds=stop_timeout_of(job.stop_timeout).total_seconds(),
    )
    with hushed_output(), interruptible(knows_of_cancel=lambda: reporter.told):
        return action.run(context)


def _read(action: Action, sent: dict[str, Any]) -> tuple[dict[str, Any], Parameters]:
    return sent, validate(action.parameters, sent)


def _read_secrets(action: Action, stored: dict[str, Any]) -> tuple[dict[str, Any], Parameters]:
    """Opened for this run, and kept out of all that this process writes."""
    sent = open_parameters(stored)
    # Before anything can speak of them; what the schema makes of them may look different.
    secrets = secrets_in(action.parameters, stored, sent)
    learn(secrets)
    parameters = validate(action.parameters, sent)
    learn([*secrets, *parameters.secrets().values()])
    return sent, parameters


def _require_locks(action: Action, parameters: Parameters, job: Claimed) -> None:
    """The locks were computed at the submission: other default parameters since then may ask for more."""
    lacking = sorted({need.name for need in action.locks_for(parameters)} - set(job.fence))
    if lacking:
        reason = f"{lacking[0]} is asked for by the action's default parameters of now; submit the job again"
        raise InvalidParameters(field="locks", reason=reason)


def _worth_a_retry(job: Claimed, error: BaseException) -> bool:
    try:
        declared = get_action(job.action).no_retry
    except UnknownAction:
        # Another worker may know it.
        return True
    return not isinstance(error, (InvalidParameters, JobCanceled, *declared))


def _encode(action: Action, result: object) -> str | None:
    if result is None:
        return None
    try:
        text = canonical_json(result)
        size = len(text.encode())
    except (TypeError, ValueError, RecursionError) as error:
        raise UnusableResult(f"the result of {action.name} is not JSON: {error}") from error
    if size > action.max_result:
        raise UnusableResult(
            f"the result of {action.name} has {size:,} bytes of JSON; max_result keeps at most {action.max_result:,}"
        )
    if _NUL.search(text):
        raise UnusableResult(f"the result of {action.name} holds a NUL character, which can not be stored")
    return hushed_json(text)
