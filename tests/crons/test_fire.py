"""One due cron: its job, its next run, and what is in the way."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.actions import registry
from jobs.actions.registry import Action, register
from jobs.engine.clock import database_now
from jobs.engine.crons.decision import MAX_MADE_UP
from jobs.engine.crons.dues import PART
from jobs.engine.crons.fire import fire
from jobs.engine.crons.run_now import run_now
from jobs.engine.crons.tick import look_ahead, tick
from jobs.models import AuditEvent, Cron, CronSkip, Job
from tests.crons.conftest import ADA, BEAT, MakeCron, fired, minutes_ago, set_back, skipped
from workers.models import CapacityClass

EVERYTHING: dict[str, Any] = {
    "parameters": {"a": "1"}, "capacity_map": {"scan": 2}, "retries": 3, "deadline": "15m", "stop_timeout": "5s",
    "priority": 7, "locks": [{"name": "devices", "mode": "shared"}],
}  # fmt: skip


def test_a_job_inherits_all_that_the_cron_says(make_cron: MakeCron, rung: list[str]) -> None:
    cron = make_cron(job=EVERYTHING)
    due = set_back(cron, minutes_ago(0))
    fire(by=BEAT)
    job = Job.objects.select_related("capacity_class").get()
    assert (job.cron_id, job.cron_due_at, job.scheduled_at, job.status, job.due) == (cron.pk, due, due, "waiting", True)
    assert (job.action, job.parameters, job.capacity_map, job.retries_left) == ("noop", {"a": "1"}, {"scan": 2}, 3)
    assert (job.deadline, job.stop_timeout) == (timedelta(minutes=15), timedelta(seconds=5))
    assert (job.priority, job.locks) == (7, [{"name": "devices", "mode": "shared"}])
    assert rung == [job.capacity_class.name] == ["scan=2"]


def test_the_next_run_moves_on_in_the_transaction_that_makes_the_job(make_cron: MakeCron) -> None:
    cron = make_cron()
    due = set_back(cron, minutes_ago(1))
    with CaptureQueriesContext(connection) as captured:
        fire(by=BEAT)
    statements = [query["sql"] for query in captured.captured_queries]
    begin, end = statements.index("BEGIN"), statements.index("COMMIT")
    assert [begin, end] == [0, len(statements) - 1]
    cron.refresh_from_db()
    assert cron.last_run_at == due + timedelta(minutes=1)
    assert cron.next_run_at == due + timedelta(minutes=2)


def test_a_second_that_has_its_job_gets_no_other(make_cron: MakeCron) -> None:
    cron = make_cron(misfire="all")
    due = set_back(cron, minutes_ago(2))
    fire(by=BEAT)
    set_back(cron, due - timedelta(minutes=1))
    fire(by=BEAT)
    assert fired(cron) == [due + timedelta(minutes=minute) for minute in (-1, 0, 1, 2)]
    assert skipped(cron) == []


def test_a_run_whose_unique_key_waits_in_another_job_is_a_skip(
    make_cron: MakeCron, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = replace(registry.get_action("noop"), name="once", unique=True)
    monkeypatch.setitem(registry._actions, "once", once)
    cron = make_cron(misfire="all", job={"action": "once"})
    due = set_back(cron, minutes_ago(2))
    fire(by=BEAT)
    assert fired(cron) == [due]
    assert skipped(cron) == [("UNIQUE", 2)]


def test_nothing_is_written_down_but_the_job(make_cron: MakeCron) -> None:
    cron = make_cron()
    set_back(cron, minutes_ago(0))
    before = AuditEvent.objects.count()
    fire(by=BEAT)
    assert (Job.objects.count(), AuditEvent.objects.count()) == (1, before)


def test_every_counts_from_the_last_due_second(make_cron: MakeCron) -> None:
    cron = make_cron("@every 7m", misfire="all")
    due = set_back(cron, minutes_ago(20))
    fire(by=BEAT)
    assert fired(cron) == [due + timedelta(minutes=minutes) for minutes in (0, 7, 14)]
    cron.refresh_from_db()
    assert cron.next_run_at == due + timedelta(minutes=21)


def test_a_cron_that_is_refused_does_not_stop_the_others(make_cron: MakeCron) -> None:
    broken, whole = make_cron(name="a"), make_cron(name="b")
    Cron.objects.filter(pk=broken.pk).update(action="gone")
    for cron in (broken, whole):
        set_back(cron, minutes_ago(0))
    done = tick(look_ahead(), by=BEAT)
    assert (done.fired, done.failed) == (2, False)
    assert len(fired(whole)) == 1
    assert "no action 'gone' is registered" in CronSkip.objects.get(cron=broken.pk).reason


def test_an_action_that_can_not_say_its_locks_is_a_skip(make_cron: MakeCron, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_actions", dict(registry._actions))
    cron = make_cron()

    def locks_of(_parameters: Any) -> Any:
        raise ZeroDivisionError("nobody tested this")

    register(Action(name="test_locks", run=lambda _context: None, locks=locks_of))
    Cron.objects.filter(pk=cron.pk).update(action="test_locks")
    set_back(cron, minutes_ago(0))
    fire(by=BEAT)
    assert skipped(cron) == [("INVALID", 1)]
    assert "ZeroDivisionError: nobody tested this" in CronSkip.objects.get().reason


def test_a_cron_that_the_database_refuses_is_passed_over_and_stays_due(make_cron: MakeCron) -> None:
    broken, whole = make_cron(name="a"), make_cron(name="b")
    due = set_back(broken, minutes_ago(3))
    set_back(whole, minutes_ago(0))
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE jobs_job ADD CONSTRAINT test_refuses CHECK (cron_id <> {broken.pk})")
    try:
        done = tick(look_ahead(), by=BEAT)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE jobs_job DROP CONSTRAINT test_refuses")
    assert (done.fired, done.failed) == (2, True)
    assert len(fired(whole)) == 1
    broken.refresh_from_db()
    assert broken.next_run_at == due


def test_a_week_of_seconds_is_caught_up_in_parts_and_nothing_is_lost(make_cron: MakeCron) -> None:
    seconds, other = make_cron("* * * * * *", name="a", misfire="all"), make_cron(name="b")
    first = set_back(seconds, minutes_ago(200))
    set_back(other, minutes_ago(0))
    done = tick(look_ahead(), by=BEAT)
    assert done.fired == 2, "the other has its turn after one part"
    assert CronSkip.objects.get(cron=seconds.pk, due_at=first).count == PART - MAX_MADE_UP
    while (ahead := look_ahead()).cron is not None and ahead.cron <= 0:
        tick(ahead, by=BEAT)
    now = database_now()
    made, spans = fired(seconds), CronSkip.objects.filter(cron=seconds.pk).order_by("due_at")
    assert MAX_MADE_UP <= len(made) <= MAX_MADE_UP + 11
    whole = sum(span.count or 0 for span in spans) + len(made)
    assert abs(whole - (now - first).total_seconds()) <= 2
    assert made[0] - timedelta(seconds=1) == spans[len(spans) - 1].last_due_at


def test_a_class_that_was_dropped_meanwhile_is_made_anew(make_cron: MakeCron) -> None:
    cron = make_cron(job={"capacity_map": {"scan": 3}})
    set_back(cron, minutes_ago(1))
    fire(by=BEAT)
    Job.objects.all().delete()
    CapacityClass.objects.all().delete()
    set_back(cron, minutes_ago(0))
    fire(by=BEAT)
    assert Job.objects.get().capacity_class.name == "scan=3"
    Job.objects.all().delete()
    CapacityClass.objects.all().delete()
    assert run_now("c", by=ADA).capacity_class_id == CapacityClass.objects.get().pk


def test_run_now_is_nobodys_due_second(make_cron: MakeCron) -> None:
    cron = make_cron(job=EVERYTHING)
    job = run_now("c", by=ADA)
    assert (job.cron_id, job.cron_due_at, job.scheduled_by, job.priority) == (cron.pk, None, "ada", 7)
    before = cron.next_run_at
    cron.refresh_from_db()
    assert cron.next_run_at == before
    events = AuditEvent.objects.filter(object_type="cron", verb="run").values_list("user", "after")
    assert list(events) == [("ada", {"job": str(job.uuid)})]
