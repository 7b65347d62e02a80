"""Pruning of job logs, on the real database."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from jobs.actions import JobCanceled
from jobs.actions.parameters import InvalidParameters, validate
from jobs.actions.registry import get_action
from jobs.engine.actor import Actor
from jobs.engine.prune import prune_job_logs
from jobs.models import AuditEvent, Job, JobLog
from jobs.states import Status
from tests.actions.reporter import ListReporter, run_action
from workers.models import CapacityClass

pytestmark = pytest.mark.django_db
prune = partial(prune_job_logs, job_id=uuid.uuid4(), by=Actor(dialect="engine"))
Make = Callable[..., Job]


@pytest.fixture
def job_with_lines() -> Make:
    """A job with three log lines, written and, if it has ended, ended so many days ago."""
    capacity_class, _ = CapacityClass.objects.get_or_create(name="default", defaults={"needs": {"default": 1}})

    def make(*, days: int, ended_days: int | None = None, **fields: Any) -> Job:
        then = timezone.now() - timedelta(days=days)
        if ended_days is not None:
            fields |= {"status": Status.DONE, "ended_at": timezone.now() - timedelta(days=ended_days)}
        job = Job.objects.create(uuid=uuid.uuid4(), action="noop", capacity_class=capacity_class, **fields)
        JobLog.objects.bulk_create(JobLog(job=job, line_number=n, data="x", logged_at=then) for n in range(3))
        return job

    return make


def test_only_logs_of_jobs_that_ended_long_ago_are_deleted(job_with_lines: Make) -> None:
    old = job_with_lines(days=100, ended_days=91)
    kept = [
        job_with_lines(days=80, ended_days=80),
        # Ran for long and ended lately: its log stays whole.
        job_with_lines(days=100, ended_days=10),
        job_with_lines(days=100),
    ]
    assert run_action("onlinegc_joblogs") == {"days": 90, "most": None, "deleted_lines": 3}
    assert AuditEvent.objects.get(verb="prune").after == {"days": 90, "most": None, "deleted_lines": 3}
    assert set(JobLog.objects.values_list("job_id", flat=True)) == {job.pk for job in kept}
    assert Job.objects.filter(pk=old.pk).exists()


def test_the_age_is_a_parameter_and_those_of_the_original_are_ignored(job_with_lines: Make) -> None:
    job_with_lines(days=8, ended_days=8)
    assert run_action("onlinegc_joblogs", {"days": "7", "k": "v"})["deleted_lines"] == 3


def test_by_number_the_logs_of_the_newest_stay(job_with_lines: Make) -> None:
    jobs = [job_with_lines(days=days, ended_days=days) for days in (1, 2, 3, 4, 5)]
    running = job_with_lines(days=9)
    result = run_action("onlinegc_joblogs", {"days": None, "most": 3})
    assert result == {"days": None, "most": 3, "deleted_lines": 6}
    assert set(JobLog.objects.values_list("job_id", flat=True)) == {running.pk, *(job.pk for job in jobs[:3])}
    # The age keeps less.
    assert run_action("onlinegc_joblogs", {"days": 2, "most": 3})["deleted_lines"] == 6
    # There are no more than that.
    assert run_action("onlinegc_joblogs", {"days": None, "most": 6})["deleted_lines"] == 0


def test_by_neither_is_refused() -> None:
    with pytest.raises(InvalidParameters, match="days and most are both null"):
        validate(get_action("onlinegc_joblogs").parameters, {"days": None})


def test_lines_go_in_batches_and_every_batch_is_reported(job_with_lines: Make) -> None:
    for _ in range(2):
        job_with_lines(days=100, ended_days=100)
    sums: list[int] = []
    assert prune(older_than=timedelta(days=90), batch=4, progress=sums.append) == 6
    assert sums == [4, 6]


def test_a_cancel_stops_it_between_two_batches(job_with_lines: Make) -> None:
    job_with_lines(days=100, ended_days=100)
    reporter = ListReporter()
    reporter.cancel()
    with pytest.raises(JobCanceled, match="after 2 lines"):
        run_action("onlinegc_joblogs", {"batch": 2}, reporter=reporter)
    assert JobLog.objects.count() == 1


def test_a_batch_is_one_statement_that_reads_no_rows(
    job_with_lines: Make, django_assert_num_queries: Callable[..., Any]
) -> None:
    job_with_lines(days=100, ended_days=100)
    # The batch and the one that finds nothing more, each in a savepoint here, a transaction in life; the audit.
    with django_assert_num_queries(7) as queries:
        prune(older_than=timedelta(days=90))
    statements = [each["sql"] for each in queries.captured_queries if "SAVEPOINT" not in each["sql"]]
    assert [text.split()[0] for text in statements] == ["DELETE", "DELETE", "INSERT"]


def test_the_index_on_age_can_serve_it() -> None:
    lines = JobLog.objects.filter(logged_at__lt=timezone.now()).order_by("logged_at")[:10]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "joblog_by_age" in lines.explain()
