"""Pruning beside those who run old jobs again: what they are told is made is kept."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, transaction

from jobs.engine.actor import Actor
from jobs.engine.prune import prune_jobs
from jobs.engine.retry import retry
from jobs.models import Job
from jobs.states import Status
from tests.actions.test_onlinegc_jobs import make_job
from tests.engine.threads import side_by_side

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

prune = partial(prune_jobs, older_than=timedelta(days=365), job_id=uuid4(), by=Actor(dialect="engine"))


def prune_without_waiting() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '2s'")
    prune()


def test_one_that_is_run_again_at_this_moment_is_kept_and_not_waited_for(by: Actor) -> None:
    old, other = make_job(days=400), make_job(days=400)
    with transaction.atomic():
        made = retry(old.uuid, by=by)
        side_by_side(prune_without_waiting)
    assert set(Job.objects.values_list("pk", flat=True)) == {old.pk, made.pk}, f"{other.pk} alone was pruned"


@pytest.mark.parametrize("of_a_retry", [False, True])
def test_a_retry_made_in_the_midst_of_it_is_refused_or_kept(by: Actor, of_a_retry: bool) -> None:  # noqa: FBT001
    old = make_job(days=402, status=Status.WORKER_DEAD)
    last = make_job(days=401, retry_from=old) if of_a_retry else old
    made: list[Job] = []

    def run_again() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        try:
            made.append(retry(last.uuid, by=by))
        except OperationalError:
            return

    _after_the_first_statement_on_jobs(lambda: side_by_side(run_again), prune)
    assert set(Job.objects.filter(ended_at=None)) == set(made)


def _after_the_first_statement_on_jobs(then: Callable[[], Any], act: Callable[[], Any]) -> None:
    left = [then]

    def wrapper(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        found = execute(sql, parameters, many, context)
        if left and '"jobs_job"' in sql:
            left.pop()()
        return found

    with connection.execute_wrapper(wrapper):
        act()
