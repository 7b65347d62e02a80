"""The job behind a bulk: one verb of the engine after another, as the person who asked."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.actions import bulk as action_module
from jobs.actions.context import Context
from jobs.actions.parameters import validate
from jobs.actions.registry import get_action
from jobs.criteria import Criteria
from jobs.engine.actor import Actor
from jobs.engine.bulk import Verb, bulk, candidates, require_few, who_asked
from jobs.engine.cancel import cancel
from jobs.engine.errors import InvalidSubmission, JobFollowed, JobReserved, TooManyJobs
from jobs.engine.retry import retry
from jobs.engine.submission import Submission
from jobs.models import AuditEvent, Job
from jobs.states import Status
from tests.actions.reporter import ListReporter
from tests.engine.conftest import Enqueue, Start, chain
from tests.engine.threads import at_once

pytestmark = pytest.mark.slow

NOOPS = Criteria(action="noop")
# Rows as that one is, each a second later than the one before.
MULTIPLY = """
INSERT INTO jobs_job (uuid, action, status, scheduled_at, status_changed_at, ended_at, priority, due, retries_total,
    retries_left, deadline_text, stop_timeout_text, capacity_class_id)
SELECT gen_random_uuid(), action, status, scheduled_at + n * interval '1 second' - interval '20000 seconds'
    * (status = 'canceled')::int, status_changed_at, ended_at, priority, due, retries_total, retries_left,
    deadline_text, stop_timeout_text, capacity_class_id
FROM jobs_job, generate_series(1, %(rows)s) AS n WHERE id = %(job)s
"""


def run(job: Job, reporter: ListReporter | None = None) -> dict[str, Any]:
    """As the runner would."""
    action = get_action("bulk")
    context: Context[Any] = Context(
        job_id=job.uuid,
        action="bulk",
        parameters=validate(action.parameters, job.parameters),
        sent=job.parameters or {},
        reporter=reporter or ListReporter(),
    )
    found: dict[str, Any] = action.run(context)
    return found


@pytest.fixture
def person() -> Actor:
    return Actor(dialect="v0", user="eve", address="10.0.0.7", client="curl/8", token="ci")


@pytest.fixture
def ask(person: Actor) -> Callable[..., Job]:
    def make(verb: Verb = "cancel", criteria: Criteria = NOOPS, **fields: Any) -> Job:
        return bulk(verb, criteria, by=person, **fields)

    return make


def statuses(action: str = "noop") -> list[str]:
    return list(Job.objects.filter(action=action).order_by("pk").values_list("status", flat=True))


def test_what_waits_is_canceled_and_what_runs_is_told_to_stop(
    submit: Enqueue, start: Start, ask: Callable[..., Job]
) -> None:
    running, _, _ = start()
    submit()
    submit(action="false")
    job = ask(reason="the mirror is gone")
    reporter = ListReporter()
    assert run(job, reporter) == {"matched": 2, "done": 2, "refused": []}
    assert statuses() == ["cancel_request", "canceled"]
    assert statuses("false") == ["waiting"]
    running.refresh_from_db()
    assert (running.canceled_by, running.cancel_reason) == ("eve", "the mirror is gone")
    assert reporter.progressed[-1] == (2, 2)
    assert reporter.lines[-1] == "cancel: done 2, refused 0"


def test_each_change_is_an_audit_row_that_names_the_person_and_the_bulk(
    submit: Enqueue, ask: Callable[..., Job], person: Actor
) -> None:
    victim = submit()
    job = ask(reason="why")
    run(job)
    event = AuditEvent.objects.get(verb="cancel")
    assert (event.object_id, event.before, event.after, event.reason) == (
        str(victim.uuid), "waiting", "canceled", "why",
    )  # fmt: skip
    named = (event.user, event.address, event.dialect, event.token, event.client)
    assert named == ("eve", "10.0.0.7", "v0", "ci", f"bulk job {job.uuid}")


def test_what_is_submitted_after_it_is_left_alone(submit: Enqueue, ask: Callable[..., Job]) -> None:
    submit()
    job = ask()
    submit()
    assert run(job)["matched"] == 1
    assert statuses() == ["canceled", "waiting"]


def ended(submit: Enqueue, count: int) -> list[Job]:
    jobs = [submit() for _ in range(count)]
    for job in jobs:
        cancel(job.uuid, by=Actor(dialect="cli"))
    return jobs


def test_ended_jobs_are_run_once_more_and_only_once(submit: Enqueue, ask: Callable[..., Job]) -> None:
    jobs = ended(submit, 3)
    first, second = ask("retry"), ask("retry")
    assert run(first) == {"matched": 3, "done": 3, "refused": []}
    assert run(second) == {"matched": 0, "done": 0, "refused": []}
    assert [len(chain(job)) for job in jobs] == [1, 1, 1]
    assert AuditEvent.objects.filter(verb="retry", user="eve", client=f"bulk job {first.uuid}").count() == 3


def test_two_retries_at_once_make_one_attempt(submit: Enqueue, person: Actor) -> None:
    [job] = ended(submit, 1)

    refused: list[JobFollowed] = []

    def once() -> None:
        try:
            retry(job.uuid, by=person, once=True)
        except JobFollowed as error:
            refused.append(error)

    at_once(*[once] * 4)
    assert len(refused) == 3
    assert len(chain(job)) == 1


def test_it_works_in_batches_and_acts_on_each_job_once(
    submit: Enqueue, ask: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(action_module, "BATCH", 2)
    for _ in range(5):
        submit()
    assert run(ask())["done"] == 5
    assert AuditEvent.objects.filter(verb="cancel").count() == 5


def test_it_stays_within_its_bound_though_more_match_at_its_run(submit: Enqueue, ask: Callable[..., Job]) -> None:
    for _ in range(4):
        submit()
    assert run(ask(most=3)) == {"matched": 3, "done": 3, "refused": []}
    assert statuses().count("waiting") == 1


def test_a_bound_is_asked_for_before_it(submit: Enqueue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.engine.bulk.MOST", 1)
    submit()
    require_few("cancel", NOOPS)
    submit()
    with pytest.raises(TooManyJobs):
        require_few("cancel", NOOPS)


def test_a_cancel_of_the_bulk_stops_it_and_what_is_done_is_told(submit: Enqueue, ask: Callable[..., Job]) -> None:
    for _ in range(3):
        submit()
    reporter = ListReporter()
    reporter.on_log = lambda line: reporter.cancel() if "refused:" in line else None
    first = Job.objects.order_by("pk").first()
    assert first is not None
    # The first ends meanwhile: it is refused, and the bulk is canceled at that moment.
    job = ask()

    def cancel_too_late(uuid: uuid.UUID, **more: Any) -> Any:
        if uuid == first.uuid:
            Job.objects.filter(pk=first.pk).update(status=Status.ERRORED, ended_at=first.created_at)
        return cancel(uuid, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(action_module, "cancel", cancel_too_late)
        told = run(job, reporter)
    refused = [{"id": str(first.uuid), "reason": "the job has ended: it is errored"}]
    assert told == {"matched": 3, "done": 0, "refused": refused}
    assert statuses() == ["errored", "waiting", "waiting"]
    assert "canceled after 0 jobs" in reporter.lines


def test_a_batch_does_not_walk_past_what_ended_long_ago(submit: Enqueue, ask: Callable[..., Job]) -> None:
    first = submit()
    for job, number in ((ended(submit, 1)[0], 20_000), (first, 2_000)):
        with connection.cursor() as cursor:
            cursor.execute(MULTIPLY, {"job": job.pk, "rows": number})
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE jobs_job")
    asked = ask(most=600)
    with CaptureQueriesContext(connection) as captured:
        assert run(asked)["done"] == 600
    batches = [query["sql"] for query in captured.captured_queries if "LIMIT 500" in query["sql"]]
    assert len(batches) == 2
    for batch in batches:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {batch}")
            plan = cursor.fetchone()[0][0]["Plan"]
        assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 300, plan


def test_the_one_who_asked_is_known_to_its_retries_too(ask: Callable[..., Job], person: Actor) -> None:
    job = ask()
    again = Job.objects.get(pk=job.pk)
    again.pk, again.uuid, again.retry_from = None, uuid.uuid4(), job
    again.save(force_insert=True)
    for each in (job, again):
        assert who_asked(each.uuid) == (job.pk, replace(person, client=f"bulk job {job.uuid}"))


def test_none_is_submitted_or_run_once_more_by_itself(submit: Enqueue, ask: Callable[..., Job], person: Actor) -> None:
    parameters: dict[str, Any] = {"verb": "cancel", "criteria": {}, "most": None}
    with pytest.raises(InvalidSubmission, match="POST /api/v0/jobs/bulk"):
        submit(action="bulk", parameters=parameters)
    job = ask()
    cancel(job.uuid, by=person)
    with pytest.raises(JobReserved):
        retry(job.uuid, by=person)
    assert not candidates("retry", Criteria(action="bulk")).exists()


def test_what_the_person_may_not_have_run_is_refused(submit: Enqueue, ask: Callable[..., Job]) -> None:
    prune = Submission(action="onlinegc_jobs")
    for fields in ({}, {"action": "onlinegc_jobs"}, {"next": Submission(action="noop", next=prune)}):
        cancel(submit(**fields).uuid, by=Actor(dialect="cli"))
    everything = Criteria(statuses=("canceled",))
    found = run(ask("retry", everything, lacks={"jobs.delete_job"}))
    assert (found["matched"], found["done"]) == (3, 1)
    why = "the action onlinegc_jobs needs the permission jobs.delete_job"
    assert [each["reason"] for each in found["refused"]] == [why, why]
    assert run(ask("retry", everything))["done"] == 2
