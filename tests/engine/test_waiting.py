"""Why a job waits, from the arithmetic that decides the claim."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from jobs.engine.claim import claim
from jobs.engine.waiting import waiting_reasons
from jobs.models import Hold, Job, Pause
from tests.engine.conftest import Enqueue, NewSlot, NewWorker

pytestmark = pytest.mark.slow


def _codes(job: Job) -> list[str]:
    return [reason.code for reason in waiting_reasons(Job.objects.get(pk=job.pk))]


def test_nothing_but_a_free_slot_is_missing(submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot) -> None:
    job, worker = submit({"scan": 1}), new_worker({"scan": 1})
    assert _codes(job) == ["READY"]
    assert claim(new_slot(worker)).job is not None
    assert _codes(job) == [], "it runs"


def test_a_full_type_is_named_with_the_job_that_holds_it(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot
) -> None:
    holder, job = submit({"scan": 1}), submit({"scan": 1})
    claim(new_slot(new_worker({"scan": 1})))
    [reason] = waiting_reasons(job)
    assert (reason.code, reason.by) == ("CAPACITY_FULL", str(holder.uuid))
    assert reason.text == f"capacity is full on w1: scan 1/1, by job {holder.uuid}"


def test_free_capacity_on_one_of_several_workers_is_enough(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot
) -> None:
    submit({"scan": 1})
    job = submit({"scan": 1})
    claim(new_slot(new_worker({"scan": 1})))
    new_worker({"scan": 1})
    assert _codes(job) == ["READY"]


def test_busy_slots_are_told_apart_from_busy_units(submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot) -> None:
    submit({"scan": 1})
    job = submit({"scan": 1})
    claim(new_slot(new_worker({"scan": 5}, slots=1)))
    assert _codes(job) == ["SLOTS_BUSY"]


def test_those_who_give_way_to_a_hold_name_its_job_and_that_says_where_it_is_held(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot
) -> None:
    running, worker = submit({"scan": 1}), new_worker({"scan": 2, "check": 1})
    claim(new_slot(worker))
    big, small, check, urgent = (
        submit({"scan": 2}),
        submit({"scan": 1}),
        submit({"check": 1}),
        submit({"scan": 1}, priority=1),
    )
    Hold.objects.create(worker_id=worker.worker_id, job=big, giving_way=[small.capacity_class_id])
    [reason] = waiting_reasons(small)
    assert (reason.code, reason.by) == ("KEPT_FREE", str(big.uuid))
    assert reason.text == f"capacity of w1 is kept free for job {big.uuid}"
    [reason] = waiting_reasons(big)
    assert (reason.code, reason.by) == ("CAPACITY_FULL", str(running.uuid))
    assert reason.text.endswith("; what becomes free there is kept for this job")
    assert _codes(check) == _codes(urgent) == ["READY"], "they do not give way"
    Job.objects.filter(pk=big.pk).update(paused=True)
    assert _codes(small) == ["READY"], "a hold that lost its job is nobody's reason"


def test_what_no_worker_can_ever_hold_says_so(submit: Enqueue, new_worker: NewWorker) -> None:
    assert _codes(submit()) == ["NO_WORKER"]
    new_worker({"scan": 2})
    new_worker({"check": 2})
    assert _codes(submit({"gpu": 1})) == ["NO_SUCH_CAPACITY"]
    assert _codes(submit({"scan": 3})) == ["TOO_BIG"]
    assert _codes(submit({"scan": 1, "check": 1})) == ["TOO_BIG"]


def test_a_job_of_tomorrow_is_not_due(submit: Enqueue) -> None:
    assert _codes(submit(scheduled_at=timezone.now() + timedelta(days=1))) == ["NOT_DUE"]


def test_the_answer_costs_the_same_with_many_workers(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        submit({"scan": 1})
        claim(new_slot(new_worker({"scan": 1})))
    job = Job.objects.select_related("capacity_class").get(pk=submit({"scan": 1}).pk)
    with django_assert_num_queries(4):
        assert len(waiting_reasons(job)) == 5


def test_who_was_woken_says_so_when_a_better_one_has_come_into_the_line(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot
) -> None:
    locks = [{"name": "devices", "mode": "exclusive"}]
    woken, worker = submit({"scan": 1}, locks=locks), new_worker({"scan": 1})
    assert _codes(woken) == ["READY"]
    better = submit({"scan": 1}, locks=locks, priority=1)
    woken.refresh_from_db()
    [reason] = waiting_reasons(woken)
    assert (reason.code, reason.by) == ("LOCK_IN_LINE", str(better.uuid))
    assert reason.text == f"job {better.uuid} goes first for lock devices"
    claimed = claim(new_slot(worker)).job
    assert claimed is not None
    assert claimed.uuid == better.uuid


def test_the_one_in_the_way_in_a_line_is_of_the_same_class(submit: Enqueue) -> None:
    locks = [{"name": "devices", "mode": "exclusive"}]
    other, first, second = (submit(units, locks=locks) for units in ({"gpu": 1}, {"scan": 1}, {"scan": 1}))
    assert Job.objects.get(pk=other.pk).ready, "of each class one is woken"
    second.refresh_from_db()
    [reason] = waiting_reasons(second)
    assert (reason.code, reason.by) == ("LOCK_IN_LINE", str(first.uuid))


def test_what_a_resume_has_not_reached_yet_says_so(submit: Enqueue, new_worker: NewWorker) -> None:
    new_worker({"scan": 1})
    job = submit({"scan": 1})
    Job.objects.filter(pk=job.pk).update(paused=True)
    assert _codes(job) == ["RESUMED"]
    Pause.objects.create(kind="action", name="noop")
    assert _codes(job) == ["ACTION_PAUSED"]
