"""The checker catches an engine that is broken on purpose: each has passed for right in some real system.

Every scenario is played twice: by the true engine, which must come through, and by the broken one, which must not.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from benchmarks.chaos.report import violations
from jobs.engine import claim as claim_module
from jobs.engine import rescue as rescue_module
from jobs.engine.actor import Actor
from jobs.models import Job
from jobs.states import Status
from tests.chaos import scenarios
from tests.chaos.breaking import Case, Patch, rewrite
from tests.chaos.play import Play
from workers.models import Worker, WorkerState

pytestmark = [pytest.mark.chaos, pytest.mark.slow]

LOCKED = """WHERE ready AND capacity_class_id = heads.class_id
             AND priority > heads.above
             ORDER BY priority DESC, scheduled_at, id LIMIT 1 FOR UPDATE SKIP LOCKED"""
OWN_FINISH = "EXISTS (SELECT FROM fin WHERE stop_at IS NULL) AND"
FENCE = "WHERE id = $1 AND (slot = $2 AND status IN ('running', 'cancel_request')) IS TRUE"

# ---- the ways to be wrong


def claim_without_conditions_at_the_lock(patch: Patch, _play: Play) -> None:
    rewrite(patch, LOCKED, "WHERE id = heads.id FOR UPDATE SKIP LOCKED")
    rewrite(patch, "AND (status = 'waiting') IS TRUE", "")


def hand_over_without_its_own_finish(patch: Patch, _play: Play) -> None:
    rewrite(patch, OWN_FINISH, "(SELECT count(*) FROM fin) >= 0 AND")


def count_in_the_statement_that_takes_the_lock(patch: Patch, _play: Play) -> None:
    patch.setattr(claim_module, "LOCK_CAPACITY", "BEGIN; SELECT %s; ")
    lock = "WITH lock AS MATERIALIZED (SELECT pg_advisory_xact_lock(1836017, $1::int))"
    rewrite(patch, "SELECT coalesce(capacity_override, capacity), slots", f"{lock}\nSELECT capacity, slots")
    rewrite(patch, "FROM workers_worker WHERE id = $1 AND boot_id = $2", "FROM lock, workers_worker WHERE id = $1")


def finish_without_its_fence(patch: Patch, _play: Play) -> None:
    rewrite(patch, FENCE, "WHERE id = $1")


@transaction.atomic
def _rescue_at_the_change(*, by: Actor) -> int:
    dead = list(Worker.objects.filter(lease_until__lt=Now(), state=WorkerState.RUNNING).values_list("pk", flat=True))
    Worker.objects.filter(pk__in=dead).update(state=WorkerState.DEAD)
    mine = Job.objects.occupying().filter(worker_id__in=dead)
    return rescue_module._end(mine, Status.WORKER_DEAD, "its worker died", by=by)


def rescue_once(patch: Patch, _play: Play) -> None:
    patch.setattr(rescue_module, "rescue", _rescue_at_the_change)


@transaction.atomic
def _rescue_what_runs_for_long(*, by: Actor) -> int:
    old = Job.objects.occupying().filter(started_at__lt=Now() - timedelta(seconds=0))
    return rescue_module._end(old, Status.WORKER_DEAD, "it has run for too long", by=by)


def rescue_by_age(patch: Patch, _play: Play) -> None:
    patch.setattr(rescue_module, "rescue", _rescue_what_runs_for_long)


def capacity_from_a_counter(patch: Patch, play: Play) -> None:
    """Each claim adds one, each end takes one off: also the end of a job that somebody else had ended."""
    counted = "SELECT capacity_class_id, count(*) AS jobs FROM jobs_job\n         WHERE occupies"
    rewrite(patch, counted, "SELECT capacity_class_id, sum(jobs) AS jobs FROM chaos_counter\n         WHERE true")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE chaos_counter (worker_id bigint, capacity_class_id bigint, jobs int)")

    def add(amount: int) -> Callable[[Any], None]:
        def move(job: Any) -> None:
            worker = Job.objects.values_list("worker_id", flat=True).get(pk=job.id)
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO chaos_counter VALUES (%s, %s, %s)", [worker, job.class_id, amount])

        return move

    play.on_taken, play.on_freed = add(1), add(-1)


CASES = (
    Case(claim_without_conditions_at_the_lock, scenarios.two_claims_of_one_job, "double"),
    Case(count_in_the_statement_that_takes_the_lock, scenarios.two_claims_of_one_unit, "over_capacity"),
    Case(hand_over_without_its_own_finish, scenarios.an_end_that_comes_after_the_rescue, "over_capacity"),
    Case(capacity_from_a_counter, scenarios.an_end_that_comes_after_the_rescue, "over_capacity"),
    Case(finish_without_its_fence, scenarios.an_end_that_comes_after_the_retry, "double"),
    Case(rescue_once, scenarios.a_hand_over_that_meets_the_rescue, "lost"),
    Case(rescue_by_age, scenarios.a_long_job_on_a_worker_that_lives, "over_capacity"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.broken.__name__)
def test_a_broken_engine_is_caught(case: Case, play: Play, monkeypatch: Patch) -> None:
    case.broken(monkeypatch, play)
    case.scenario(play)
    assert case.rule in {violation.rule for violation in violations(play.evidence())}


@pytest.mark.parametrize("scenario", dict.fromkeys(case.scenario for case in CASES))
def test_the_true_engine_comes_through(scenario: Callable[[Play], None], play: Play) -> None:
    scenario(play)
    found = violations(play.evidence())
    assert found == [], "\n".join(map(str, found))
