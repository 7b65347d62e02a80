"""Recorded skips: a row and a word in the audit for each span, however long it grows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.engine.crons.fire import fire
from jobs.engine.crons.run_now import run_now
from jobs.models import AuditEvent, Cron, CronSkip
from tests.crons import world as w
from tests.crons.conftest import ADA, BEAT, MakeCron, minutes_ago, set_back, skipped
from tests.crons.test_batch import make_due
from tests.crons.world import World, back, down, edit


def told() -> list[tuple[str, str]]:
    """Who skipped, for which code, in the order of time."""
    rows = AuditEvent.objects.filter(verb="skip", object_type="cron").order_by("id")
    return [(user or client, code) for user, client, code in rows.values_list("user", "client", "after__code")]


def test_a_skip_is_in_the_audit_with_its_second_and_its_reason(make_cron: MakeCron) -> None:
    cron = make_cron(misfire="skip")
    due = set_back(cron, minutes_ago(2))
    fire(by=BEAT)
    event, skip = AuditEvent.objects.get(verb="skip"), CronSkip.objects.get()
    assert (event.object_type, event.object_id, event.dialect, event.client) == ("cron", "c", "engine", "beat test")
    assert event.after == {"code": "MISSED", "dueAt": f"{due:%Y-%m-%dT%H:%M:%SZ}"}
    assert event.reason == skip.reason == "missed, and its policy is to skip"


def test_a_span_that_grows_is_in_the_audit_once() -> None:
    world = World(overlap="forbid")
    for step in (down(0), back, w.start, *(down(0), back) * 3):
        step(world)
    assert world.skipped() == [("OVERLAP", 3)]
    assert told() == [("beat test", "OVERLAP")]
    skip = CronSkip.objects.get()
    assert (skip.last_due_at - skip.due_at, skip.last_due_at) == (2 * w.HOUR, world.base)


def test_what_grows_is_recent_and_not_pruned() -> None:
    world = World(overlap="forbid")
    for step in (w.run, down(0), back):
        step(world)
    begun = CronSkip.objects.get().skipped_at
    for step in (down(0), back):
        step(world)
    assert CronSkip.objects.get().skipped_at > begun


def test_after_a_run_and_for_another_reason_a_span_begins() -> None:
    world = World(overlap="forbid")
    for step in (w.run, w.start, down(0), back, w.end, down(0), back, w.start, down(0), back):
        step(world)
    w.break_action(world)
    for step in (w.end, down(0), back):
        step(world)
    assert world.skipped() == [("OVERLAP", 1), ("OVERLAP", 1), ("INVALID", 1)]
    assert [code for _, code in told()] == ["OVERLAP", "OVERLAP", "INVALID"]


def test_what_an_edit_passes_over_is_of_the_person() -> None:
    world = World()
    for step in (down(2), edit(job={"priority": 5}), back, down(0), w.disable):
        step(world)
    assert told() == [("ada", "EDITED"), ("ada", "DISABLED")]


def test_what_was_not_counted_stays_so_when_it_grows(make_cron: MakeCron) -> None:
    cron = make_cron(overlap="forbid")
    first = minutes_ago(9)
    CronSkip.objects.create(cron=cron, due_at=first, last_due_at=minutes_ago(1), count=None, code="OVERLAP", reason="x")
    run_now("c", by=ADA)
    set_back(cron, minutes_ago(0))
    fire(by=BEAT)
    assert skipped(cron) == [("OVERLAP", None)]
    assert not told()


def test_a_second_that_was_recorded_is_not_told_twice(make_cron: MakeCron) -> None:
    cron = make_cron(misfire="skip")
    due = set_back(cron, minutes_ago(2))
    fire(by=BEAT)
    known = skipped(cron)
    set_back(cron, due)
    fire(by=BEAT)
    assert skipped(cron) == known
    assert len(told()) == 1


def _statements(count: int) -> list[str]:
    make_due(count, minutes_ago(1), misfire="skip")
    with CaptureQueriesContext(connection) as captured:
        assert len(fire(by=BEAT)) == count
    return [query["sql"] for query in captured]


def test_many_skips_are_told_in_one_statement_and_none_in_none() -> None:
    few, many = _statements(2), _statements(50)
    assert len(few) == len(many)
    assert sum('INTO "jobs_auditevent"' in sql for sql in many) == 1
    assert AuditEvent.objects.filter(verb="skip").values("object_id").distinct().count() == 50
    make_due(50, minutes_ago(0))
    with CaptureQueriesContext(connection) as captured:
        fire(by=BEAT)
    assert not [query for query in captured if "skip" in query["sql"] and "jobs_cronskip" in query["sql"]]
    assert not [query for query in captured if "jobs_auditevent" in query["sql"]]


@pytest.mark.slow
def test_the_newest_span_is_found_by_an_index() -> None:
    make_due(100, minutes_ago(1), misfire="skip")
    with connection.cursor() as cursor:
        # Each cron has two hundred spans, and each of them is one code or the other.
        cursor.execute(
            """INSERT INTO jobs_cronskip (cron_id, due_at, last_due_at, count, code, reason)
            SELECT id, due_at, due_at, 1, CASE n % 2 WHEN 0 THEN 'MISSED' ELSE 'OVERLAP' END, 'x'
            FROM jobs_cron, generate_series(1, 200) AS n, LATERAL (SELECT now() - n * interval '1 h') AS at(due_at)
            """
        )
        cursor.execute("ANALYZE jobs_cron, jobs_cronskip")
        with CaptureQueriesContext(connection) as captured:
            assert len(fire(by=BEAT)) == 100
        [record] = [query["sql"] for query in captured if "went_on" in query["sql"]]
        cursor.execute(f"EXPLAIN {record}")
        plan = [line for (line,) in cursor.fetchall()]
    read = [line for line in plan if "jobs_cronskip" in line and "Scan" in line]
    assert read, plan
    assert not [line for line in read if "Seq Scan" in line], plan


@pytest.mark.parametrize("table", ["jobs_auditevent", "jobs_cronskip"])
def test_neither_is_written_without_the_other(make_cron: MakeCron, table: str) -> None:
    cron = make_cron(misfire="skip")
    due = set_back(cron, minutes_ago(2))
    column = "verb <> 'skip'" if table == "jobs_auditevent" else "count IS NULL"
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT test_refuses CHECK ({column})")
    try:
        assert [one.failed for one in fire(by=BEAT)] == [True]
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT test_refuses")
    assert (skipped(cron), told()) == ([], [])
    assert Cron.objects.get().next_run_at == due
