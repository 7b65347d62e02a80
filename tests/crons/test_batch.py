"""Crons that are due at once fire together: at what cost, and nobody's fault is another's."""

import logging
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.actions import registry
from jobs.engine.actor import engine_actor
from jobs.engine.crons.decision import Decision, Policy, decide
from jobs.engine.crons.dues import PART
from jobs.engine.crons.fire import BATCH, fire
from jobs.engine.crons.run_now import run_now
from jobs.engine.crons.tick import look_ahead, tick
from jobs.models import Cron, CronSkip, Job
from tests.crons.conftest import ADA, BEAT, MakeCron, fired, minutes_ago, set_back, skipped
from tests.engine.threads import side_by_side
from workers.models import CapacityClass


def make_due(count: int, due: datetime, **fields: Any) -> None:
    Cron.objects.all().delete()
    rows = [Cron(name=f"c{number}", **_row(due, **fields)) for number in range(count)]
    Cron.objects.bulk_create(rows)


def _row(due: datetime, **fields: Any) -> dict[str, Any]:
    return {"action": "noop", "schedule": "0 0 3 1 1 *", "next_run_at": due, **fields}


def statements_of_a_fire(count: int) -> int:
    make_due(count, minutes_ago(0), overlap="forbid")
    with CaptureQueriesContext(connection) as captured:
        assert len(fire(by=BEAT)) == count
    return len(captured)


def test_a_hundred_cost_as_many_statements_as_ten() -> None:
    statements_of_a_fire(1)  # Makes the capacity class.
    few, many = statements_of_a_fire(10), statements_of_a_fire(100)
    assert few == many <= 20
    assert Job.objects.count() == 111
    assert not Cron.objects.filter(last_run_at=None).exists()


def test_of_more_than_a_batch_each_fires_in_the_same_tick() -> None:
    due = minutes_ago(0)
    make_due(BATCH + 3, due)
    assert tick(look_ahead(), by=BEAT).fired == BATCH + 3
    assert Job.objects.filter(cron_due_at=due).values("cron").distinct().count() == BATCH + 3
    assert look_ahead().cron is not None


@pytest.mark.slow
def test_beats_side_by_side_share_what_is_due_at_once() -> None:
    due = minutes_ago(0)
    make_due(5 * BATCH, due)

    def beat(number: int) -> None:
        while Cron.objects.filter(next_run_at=due).exists():
            tick(look_ahead(), by=engine_actor(f"beat {number}"))

    side_by_side(*(partial(beat, number) for number in range(3)))
    assert list(Job.objects.values_list("cron_due_at", flat=True)) == [due] * 5 * BATCH
    assert Job.objects.values("cron").distinct().count() == 5 * BATCH


def test_each_goes_by_its_own_policies(make_cron: MakeCron, monkeypatch: pytest.MonkeyPatch) -> None:
    once = replace(registry.get_action("noop"), name="once", unique=True)
    monkeypatch.setitem(registry._actions, "once", once)
    skip, every = make_cron(name="skip", misfire="skip"), make_cron(name="every", misfire="all")
    gone, forbid = make_cron(name="gone"), make_cron(name="forbid", overlap="forbid")
    first, second = (make_cron(name=name, job={"action": "once"}) for name in ("first", "second"))
    unreadable, other = make_cron(name="unreadable"), make_cron(name="replace", overlap="replace")
    replaced, _ = run_now("replace", by=ADA), run_now("forbid", by=ADA)
    Cron.objects.filter(pk=gone.pk).update(action="gone")
    Cron.objects.filter(pk=unreadable.pk).update(schedule="61 * * * * *")
    crons = [skip, every, gone, forbid, first, second, unreadable, other]
    due = minutes_ago(2)
    for number, cron in enumerate(crons):
        set_back(cron, due if cron in (skip, every) else minutes_ago(0).replace(microsecond=number))
    assert len(fire(by=BEAT)) == len(crons)
    replaced.refresh_from_db()
    assert (len(fired(every)), replaced.status) == (3, "canceled")
    assert [len(fired(cron)) for cron in (gone, forbid, first, second, unreadable, other)] == [0, 0, 1, 0, 0, 1]
    assert [skipped(cron)[0][0] for cron in (skip, gone, forbid, second, unreadable)] == [
        *("MISSED", "INVALID", "OVERLAP", "UNIQUE", "DISABLED"),
    ]
    assert not Cron.objects.get(name="unreadable").enabled


def test_one_that_never_comes_again_is_disabled_and_its_second_recorded(make_cron: MakeCron) -> None:
    last, other = make_cron(name="last"), make_cron(name="other")
    Cron.objects.filter(pk=last.pk).update(schedule="@every 80000000h")
    due = set_back(last, minutes_ago(1))
    set_back(other, minutes_ago(0))
    assert not [cron for cron in fire(by=BEAT) if cron.failed]
    last.refresh_from_db()
    assert (last.enabled, last.next_run_at, len(fired(other))) == (False, None, 1)
    skip = CronSkip.objects.get(cron=last.pk)
    assert (skip.code, skip.due_at, skip.count) == ("DISABLED", due, 1)


def test_what_the_database_refuses_to_one_it_gives_the_others(
    make_cron: MakeCron, caplog: pytest.LogCaptureFixture
) -> None:
    due = minutes_ago(3)
    make_due(5, due)
    broken = Cron.objects.get(name="c2")
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE jobs_job ADD CONSTRAINT test_refuses CHECK (cron_id <> {broken.pk})")
    try:
        with caplog.at_level(logging.ERROR, logger="jobs"):
            done = fire(by=BEAT)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE jobs_job DROP CONSTRAINT test_refuses")
    assert [cron.cron_id for cron in done if cron.failed] == [broken.pk]
    assert set(Job.objects.values_list("cron__name", flat=True)) == {"c0", "c1", "c3", "c4"}
    assert list(Cron.objects.filter(next_run_at=due)) == [broken]
    assert caplog.records[-1].crons == ["c2"]  # type: ignore[attr-defined]


def test_a_bug_that_one_brings_out_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    due = minutes_ago(0)
    make_due(3, due)
    Cron.objects.filter(name="c1").update(misfire="skip")

    def decide_or_fail(*dues: Any, policy: Policy, **how: Any) -> Decision:
        if policy.misfire == "skip":
            raise ZeroDivisionError("nobody tested this")
        return decide(*dues, policy=policy, **how)

    monkeypatch.setattr("jobs.engine.crons.turn.decide", decide_or_fail)
    assert [cron.failed for cron in fire(by=BEAT)].count(True) == 1
    assert set(Job.objects.values_list("cron__name", flat=True)) == {"c0", "c2"}


def test_a_capacity_class_that_was_dropped_is_made_anew_for_the_whole_batch() -> None:
    make_due(3, minutes_ago(1), capacity_map={"scan": 3})
    fire(by=BEAT)
    Job.objects.all().delete()
    CapacityClass.objects.all().delete()
    make_due(3, minutes_ago(0), capacity_map={"scan": 3})
    assert [cron.failed for cron in fire(by=BEAT)] == [False] * 3
    assert set(Job.objects.values_list("capacity_class__name", flat=True)) == {"scan=3"}


def test_one_whose_second_has_its_job_already_takes_no_other_along(make_cron: MakeCron) -> None:
    served, new = make_cron(name="served"), make_cron(name="new")
    due = set_back(served, minutes_ago(0))
    fire(by=BEAT)
    for cron in (served, new):
        set_back(cron, due)
    fire(by=BEAT)
    assert (fired(served), fired(new)) == ([due], [due])
    assert not CronSkip.objects.exists()


def test_those_with_very_much_to_catch_up_do_not_share_a_transaction_with_all_others() -> None:
    make_due(5, minutes_ago(PART // 60 + 20), schedule="* * * * * *")
    done = fire(by=BEAT)
    assert [cron.again for cron in done] == [True] * 2
    assert len(fire(by=BEAT, passed_over=[cron.cron_id for cron in done])) == 2
