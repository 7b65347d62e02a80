"""Capacity classes that nobody uses go after a day; one that somebody uses, or wants at this moment, stays."""

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from jobs.engine import classes
from jobs.engine.actor import Actor
from jobs.engine.claim import claim
from jobs.engine.crons.save import save_cron
from jobs.engine.crons.spec import CronSpec
from jobs.engine.drop_classes import IN_USE, drop_classes
from jobs.engine.enqueue import enqueue
from jobs.engine.errors import InvalidSubmission
from jobs.engine.finish import Outcome, finish
from jobs.engine.pause import pause
from jobs.engine.retry import retry
from jobs.engine.slot import Claimed, Slot
from jobs.engine.submission import Submission
from jobs.models import AuditEvent, Job, Pause
from jobs.states import Status
from jobs.ticker import Ticker
from tests.engine.conftest import Enqueue, NewSlot, NewWorker, Start
from tests.engine.threads import over_and_over, side_by_side
from workers.models import CapacityClass, Worker

pytestmark = pytest.mark.slow

DISK = {"disk": 1}


def nobody_used_them(hours: int = 25) -> None:
    """For so long; the process remembers none either."""
    CapacityClass.objects.update(last_used_at=Now() - timedelta(hours=hours))


def names() -> set[str]:
    return set(CapacityClass.objects.values_list("name", flat=True))


@pytest.fixture
def start(submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot) -> Start:
    """A job that runs; its worker's row is gone, since the types that it has would keep their classes."""

    def make() -> tuple[Job, Slot, Claimed]:
        job, slot = submit(DISK), new_slot(new_worker(DISK))
        claimed = claim(slot).job
        assert claimed is not None
        Worker.objects.all().delete()
        return job, slot, claimed

    return make


def ended(start: Start) -> Job:
    job, slot, claimed = start()
    finish(slot, claimed, Outcome(status=Status.DONE), take_next=False)
    return job


def test_a_class_that_was_not_used_for_a_day_goes_and_says_so(start: Start, by: Actor) -> None:
    job = ended(start)
    nobody_used_them(hours=23)
    assert drop_classes(by=by) == []
    nobody_used_them()
    assert drop_classes(by=by) == ["disk"]
    assert not names()
    event = AuditEvent.objects.get(verb="drop")
    assert (event.object_type, event.object_id, event.user) == ("class", "disk", "ada")
    job.refresh_from_db()
    assert (job.status, job.capacity_map) == (Status.DONE, DISK)


def test_the_job_of_a_dropped_class_is_retried_in_a_new_one(start: Start, by: Actor) -> None:
    job = ended(start)
    nobody_used_them()
    drop_classes(by=by)
    again = retry(job.uuid, by=by)
    assert again.capacity_class.name == "disk"
    assert again.capacity_class_id > job.capacity_class_id


def _scheduled(submit: Enqueue, _by: Actor) -> None:
    submit(DISK, scheduled_at=timezone.now() + timedelta(days=30))


def _in_line(submit: Enqueue, _by: Actor) -> None:
    submit({"other": 1}, locks=[{"name": "a", "mode": "exclusive"}])
    submit(DISK, locks=[{"name": "a", "mode": "exclusive"}])


def _set_aside(submit: Enqueue, by: Actor) -> None:
    submit(DISK)
    pause(Pause.Kind.ACTION, "noop", by=by)


def _of_a_cron(_submit: Enqueue, by: Actor) -> None:
    classes.class_for(DISK)
    save_cron(CronSpec(job=Submission(action="noop", capacity_map=DISK), schedule="@daily", name="c"), by=by)


def _paused(_submit: Enqueue, by: Actor) -> None:
    classes.class_for(DISK)
    pause(Pause.Kind.CLASS, "disk", by=by)


def _ready(submit: Enqueue, _by: Actor) -> None:
    submit(DISK)


@pytest.mark.parametrize("used", [_ready, _scheduled, _in_line, _set_aside, _of_a_cron, _paused])
def test_a_class_that_something_names_stays(used: Callable[[Enqueue, Actor], Any], submit: Enqueue, by: Actor) -> None:
    used(submit, by)
    nobody_used_them()
    assert "disk" not in drop_classes(by=by)
    assert "disk" in names()


def test_a_class_stays_while_its_job_runs_and_a_day_from_then(start: Start, by: Actor) -> None:
    _, slot, claimed = start()
    nobody_used_them()
    assert drop_classes(by=by) == []
    finish(slot, claimed, Outcome(status=Status.DONE), take_next=False)
    assert drop_classes(by=by) == []
    nobody_used_them()
    assert drop_classes(by=by) == ["disk"]


def test_the_plain_classes_of_a_workers_types_stay(new_worker: NewWorker, by: Actor) -> None:
    new_worker({"disk": 4})
    for needs in ({"default": 1}, {"disk": 1}, {"disk": 2}):
        classes.class_for(needs)
    nobody_used_them()
    assert drop_classes(by=by) == ["disk=2"]


def test_a_process_that_goes_by_its_memory_says_once_an_hour_that_it_uses_a_class(
    submit: Enqueue, by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(DISK).delete()
    nobody_used_them()
    monkeypatch.setattr(classes, "REMEMBERED_SECONDS", 0.0)
    submit(DISK).delete()
    assert drop_classes(by=by) == []


def test_there_is_room_again_when_the_unused_have_gone(
    submit: Enqueue, by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classes, "MAX_CLASSES", 3)
    for number in range(1, 4):
        submit({"bytes": number}).delete()
    with pytest.raises(InvalidSubmission, match="3 different capacity maps"):
        submit({"bytes": 4})
    nobody_used_them()
    drop_classes(by=by)
    assert submit({"bytes": 4}).capacity_class.name == "bytes=4"


def test_a_beat_drops_them(submit: Enqueue) -> None:
    submit(DISK).delete()
    nobody_used_them()
    Ticker("b1").turn()
    assert "disk" not in names()


def test_who_drops_loses_against_an_enqueue_that_has_begun(submit: Enqueue, by: Actor) -> None:
    submit(DISK).delete()
    nobody_used_them()
    stored, looked = threading.Event(), threading.Event()

    def enqueues() -> None:
        with transaction.atomic():
            submit(DISK)
            stored.set()
            assert looked.wait(10)

    def drops() -> None:
        assert stored.wait(10)
        assert drop_classes(by=by) == []
        looked.set()

    side_by_side(enqueues, drops)
    assert Job.objects.get().capacity_class.name == "disk"


def test_an_enqueue_that_comes_too_late_makes_the_class_anew(submit: Enqueue, by: Actor) -> None:
    submit(DISK).delete()
    nobody_used_them()
    dropped = threading.Event()

    def drops() -> None:
        with transaction.atomic():
            assert drop_classes(by=by) == ["disk"]
            dropped.set()
            _until_somebody_waits()

    def enqueues() -> None:
        assert dropped.wait(10)
        submit(DISK)

    side_by_side(drops, enqueues)
    assert Job.objects.get().capacity_class.name == "disk"


def _until_somebody_waits() -> None:
    waits = "SELECT pg_stat_clear_snapshot(), count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    for _ in range(1000):
        with connection.cursor() as cursor:
            cursor.execute(waits)
            if cursor.fetchall()[0][1]:
                return
        threading.Event().wait(0.01)
    raise AssertionError("nobody has waited for the lock")


def test_no_job_is_left_without_its_class_while_classes_come_and_go(
    by: Actor, new_worker: NewWorker, new_slot: NewSlot
) -> None:
    worker = new_worker({"disk": 4}, slots=4)
    dropped: list[str] = []
    ran: list[int] = []

    def drops() -> None:
        nobody_used_them()
        dropped.extend(drop_classes(by=by))

    def enqueues(first: int) -> None:
        for number in range(60):
            enqueue(Submission(action="noop", capacity_map={"disk": 1 + (first + number) % 4}), by=by)

    def work() -> None:
        slot = new_slot(worker)
        while Job.objects.waiting().exists() or len(ran) < 180:
            job = claim(slot).job
            while job is not None:
                ran.append(job.id)
                job = finish(slot, job, Outcome(status=Status.DONE)).job

    with over_and_over(drops):
        side_by_side(*(partial(enqueues, first) for first in range(3)), work, work)
    assert len(ran) == len(set(ran)) == 180
    assert dropped, "nothing was dropped: the test shows nothing"


MANY = """INSERT INTO jobs_job (uuid, action, status, priority, due, scheduled_at, ended_at, retries_total,
    retries_left, deadline_text, stop_timeout_text, capacity_class_id)
SELECT gen_random_uuid(), 'noop', %s, 0, number %% 2 = 0, now(), CASE %s WHEN 'done' THEN now() END, 0, 0, '', '', %s
FROM generate_series(1, 20000) AS number"""


@pytest.mark.parametrize("analyze", [False, True], ids=["statistics of an empty table", "statistics of now"])
def test_each_class_costs_some_probes_of_indexes_however_many_jobs_there_are(*, analyze: bool) -> None:
    known = [classes.class_for({"bytes": number}).id for number in range(1, 301)]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE jobs_job; ANALYZE workers_capacityclass")
        cursor.execute(MANY, ["done", "done", known[0]])
        cursor.execute(MANY, ["waiting", "waiting", known[1]])
        if analyze:
            cursor.execute("ANALYZE jobs_job")
        unused = f"SELECT id FROM workers_capacityclass WHERE id <> ALL ({IN_USE})"  # noqa: S608
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, FORMAT JSON) {unused}")
        [(answer,)] = cursor.fetchall()
    plan = answer[0]["Plan"]
    assert plan["Actual Rows"] == 299
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 300 * 10, plan
