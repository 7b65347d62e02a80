"""What was stored before it was a secret, and a change of the key that secrets are encrypted with."""

from collections.abc import Iterator
from importlib import import_module
from io import StringIO
from typing import Annotated, Any

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from jobs.actions.parameters import Parameters
from jobs.actions.registry import Action, _actions, register
from jobs.actions.secret import Secret
from jobs.engine import sealing
from jobs.engine.actor import Actor
from jobs.engine.claim import claim
from jobs.engine.finish import Outcome, finish
from jobs.engine.reseal import reseal
from jobs.engine.seal_stored import seal_stored
from jobs.engine.submission import Submission
from jobs.models import ActionConfig, AuditEvent, Cron, Job
from jobs.runner.run import run
from jobs.seal.keys import name_of_first
from jobs.seal.parameters import open_parameters
from jobs.states import Status
from jobsite.up import fingerprint
from tests.engine.conftest import Enqueue, NewSlot, NewWorker, Start
from tests.engine.stored import everything_stored
from tests.engine.threads import side_by_side

pytestmark = pytest.mark.slow

VALUE = "hunter2-correct-horse"
NEW = Fernet.generate_key().decode()


class Login(Parameters):
    user: str = ""
    password: Annotated[str, Secret] = ""


@pytest.fixture(autouse=True)
def _action() -> Iterator[None]:
    register(Action(name="log_in", run=lambda context: len(context.parameters.password), parameters=Login))
    yield
    del _actions["log_in"]


@pytest.fixture
def both() -> Iterator[None]:
    with override_settings(PARAMETERS_KEYS=[NEW, *settings.PARAMETERS_KEYS]):
        yield


def _stored_before(submit: Enqueue) -> Job:
    """Rows from before the action had a secret."""
    job = submit(action="log_in", next=Submission(action="log_in"))
    link = {"action": "log_in", "parameters": {"password": VALUE, "user": "ann"}}
    Job.objects.filter(pk=job.pk).update(parameters={"password": VALUE}, next={"action": "noop", "next": link})
    Cron.objects.create(
        name="nightly", action="log_in", schedule="@daily", enabled=False, parameters=link["parameters"]
    )
    ActionConfig.objects.create(action="log_in", parameters={"password": VALUE})
    AuditEvent.objects.create(dialect="v0", verb="enqueue", object_type="job", object_id="1", after=link)
    defaults = {"object_type": "action_config", "object_id": "log_in", "after": {"password": VALUE}}
    AuditEvent.objects.create(dialect="v0", verb="create", **defaults)
    AuditEvent.objects.create(dialect="v0", verb="delete", object_type="job", object_id="1", before={"next": link})
    return job


def test_the_migration_encrypts_what_was_stored_before(submit: Enqueue) -> None:
    job = _stored_before(submit)
    import_module("jobs.migrations.0014_seal_secret_parameters").seal(apps, None)
    assert VALUE not in everything_stored()
    job.refresh_from_db()
    assert open_parameters(job.parameters or {}) == {"password": VALUE}
    assert open_parameters((job.next or {})["next"]["parameters"]) == {"password": VALUE, "user": "ann"}
    assert job.sealed_with == name_of_first()
    assert AuditEvent.objects.filter(after__parameters={"password": "***", "user": "ann"}).count() == 1


def test_the_audit_is_guarded_again_afterwards(submit: Enqueue, by: Actor) -> None:
    _stored_before(submit)
    seal_stored(by=by)
    with pytest.raises(DatabaseError, match="audit rows are never changed"), transaction.atomic():
        AuditEvent.objects.update(reason="x")


def test_what_is_encrypted_already_is_left_alone(submit: Enqueue, by: Actor) -> None:
    job = _stored_before(submit)
    assert seal_stored(by=by).rows == 3
    job.refresh_from_db()
    stored = job.parameters
    assert seal_stored(by=by).rows == 0
    job.refresh_from_db()
    assert job.parameters == stored


def test_without_a_key_the_migration_says_so_and_goes_on(submit: Enqueue, capsys: pytest.CaptureFixture[str]) -> None:
    _stored_before(submit)
    with override_settings(PARAMETERS_KEYS=[]):
        import_module("jobs.migrations.0014_seal_secret_parameters").seal(apps, None)
    assert "PARAMETERS_KEY is not set; mend that, then run `manage.py secrets seal`" in capsys.readouterr().out


def test_the_operators_default_is_opened_by_the_run_alone(start: Start, by: Actor) -> None:
    ActionConfig.objects.create(action="log_in", parameters={"password": VALUE})
    assert seal_stored(by=by).rows == 1
    job, slot, claimed = start(action="log_in")
    finish(slot, claimed, run(slot, claimed))
    job.refresh_from_db()
    assert job.result == len(VALUE)
    assert VALUE not in everything_stored()


def _rotate() -> str:
    out = StringIO()
    call_command("secrets", "rotate", stdout=out)
    return out.getvalue()


def test_after_a_rotation_the_former_key_is_not_needed(submit: Enqueue, by: Actor) -> None:
    secret = {"password": VALUE}
    job = submit(action="log_in", parameters=secret, next=Submission(action="log_in", parameters=secret))
    ActionConfig.objects.create(action="log_in", parameters=secret)
    seal_stored(by=by)
    fingerprint.check()
    with override_settings(PARAMETERS_KEYS=[NEW]), pytest.raises(fingerprint.WrongParametersKey, match="rotate"):
        fingerprint.check()
    with override_settings(PARAMETERS_KEYS=[NEW, *settings.PARAMETERS_KEYS]):
        assert _rotate().startswith("2 rows encrypted anew")
    with override_settings(PARAMETERS_KEYS=[NEW]):
        fingerprint.check()
        job.refresh_from_db()
        assert job.sealed_with == name_of_first()
        assert open_parameters(job.parameters or {}) == secret
        assert open_parameters((job.next or {})["parameters"]) == secret
        assert open_parameters(ActionConfig.objects.get().parameters) == secret
    assert AuditEvent.objects.filter(verb="reseal").count() == 1


@pytest.mark.usefixtures("both")
def test_a_rotation_that_was_broken_off_goes_on_where_it_was(
    submit: Enqueue, by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with override_settings(PARAMETERS_KEYS=settings.PARAMETERS_KEYS[1:]):
        for _ in range(5):
            submit(action="log_in", parameters={"password": VALUE})
    monkeypatch.setattr(sealing, "BATCH", 2)
    steps = iter([sealing._seal, _break_off])
    with monkeypatch.context() as patched:
        patched.setattr(sealing, "_seal", lambda rows, *, into: next(steps)(rows, into=into))
        with pytest.raises(KeyboardInterrupt):
            reseal(by=by)
    assert Job.objects.filter(sealed_with=name_of_first()).count() == 2
    assert reseal(by=by).rows == 3
    assert reseal(by=by).rows == 0


def _break_off(_rows: Any, *, into: Any) -> int:
    raise KeyboardInterrupt


@pytest.mark.usefixtures("both")
def test_it_reads_only_rows_under_another_key(submit: Enqueue, by: Actor) -> None:
    for _ in range(3):
        submit(action="log_in", parameters={"password": VALUE})
        submit(action="noop", parameters={"user": "ann"})
    with CaptureQueriesContext(
        connection,
    ) as queries:
        reseal(by=by)
    assert not [query["sql"] for query in queries if '"jobs_job"' in query["sql"] and "sealed_with" not in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        try:
            plan = Job.objects.filter(sealed_with="x", pk__gt=3).order_by("pk")[:200].explain()
            probe = Job.objects.filter(sealed_with__gt="x").order_by("sealed_with")[:1].explain()
        finally:
            cursor.execute("RESET enable_seqscan")
    assert "job_by_key" in plan
    assert "Sort" not in plan
    assert "job_by_key" in probe


@pytest.mark.usefixtures("both")
def test_jobs_that_fail_and_are_retried_meanwhile_end_under_the_new_key(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot, by: Actor
) -> None:
    with override_settings(PARAMETERS_KEYS=settings.PARAMETERS_KEYS[1:]):
        for _ in range(60):
            submit({"scan": 1}, action="log_in", parameters={"password": VALUE}, retries=1)
    slot = new_slot(new_worker({"scan": 1}))

    def fail_them() -> None:
        while (claimed := claim(slot).job) is not None:
            assert open_parameters(claimed.parameters or {}) == {"password": VALUE}
            finish(slot, claimed, Outcome(status=Status.ERRORED), take_next=False)

    side_by_side(fail_them, lambda: reseal(by=by))
    # A row that was locked by the other just then is one that a claim leaves to its next look.
    fail_them()
    reseal(by=by)
    with override_settings(PARAMETERS_KEYS=[NEW]):
        opened = [open_parameters(job.parameters or {}) for job in Job.objects.filter(sealed_with=name_of_first())]
    assert opened == [{"password": VALUE}] * 120


def test_what_none_of_the_keys_opens_is_named_and_the_others_are_done(submit: Enqueue) -> None:
    lost = submit(action="log_in", parameters={"password": VALUE})
    with override_settings(PARAMETERS_KEYS=[NEW]):
        submit(action="log_in", parameters={"password": VALUE})
    Job.objects.filter(pk=lost.pk).update(parameters={"password": {"$sealed": "gAAAA"}})
    with (
        override_settings(PARAMETERS_KEYS=[Fernet.generate_key().decode(), NEW, *settings.PARAMETERS_KEYS]),
        pytest.raises(
            CommandError, match=f"1 could not be, so keep the former keys:\njob {lost.pk}: parameters.password"
        ),
    ):
        _rotate()
    with override_settings(PARAMETERS_KEYS=[NEW]):
        assert Job.objects.exclude(pk=lost.pk).exclude(sealed_with=name_of_first()).count() == 1


@pytest.mark.usefixtures("both")
def test_a_row_that_somebody_holds_is_not_waited_for(submit: Enqueue, by: Actor) -> None:
    with override_settings(PARAMETERS_KEYS=settings.PARAMETERS_KEYS[1:]):
        job = submit(action="log_in", parameters={"password": VALUE})
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT FROM jobs_job WHERE id = %s FOR UPDATE", [job.pk])
            with pytest.raises(sealing.SealingUndone, match="held by long transactions"):
                reseal(by=by)
            cursor.execute("ROLLBACK")
    finally:
        other.close()
    assert reseal(by=by).rows == 1


def test_a_process_without_the_key_does_not_start_where_there_is_one() -> None:
    fingerprint.check()
    with override_settings(PARAMETERS_KEYS=[]):
        with pytest.raises(fingerprint.WrongParametersKey, match="PARAMETERS_KEY lacks"):
            fingerprint.check()
        with pytest.raises(CommandError, match="PARAMETERS_KEY is not set"):
            call_command("secrets", "rotate")
