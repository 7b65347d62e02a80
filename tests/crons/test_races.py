"""Beats side by side, as threads with connections of their own: each due second once."""

import time
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from jobs.engine.actor import engine_actor
from jobs.engine.crons.decision import MAX_MADE_UP
from jobs.engine.crons.tick import look_ahead, tick
from jobs.models import Cron, CronSkip, Job
from tests.crons.conftest import MakeCron, minutes_ago, set_back
from tests.engine.threads import side_by_side

pytestmark = pytest.mark.slow


def _side_by_side(beats: int, ended: Callable[[], bool]) -> None:
    def beat(number: int) -> None:
        while not ended():
            tick(look_ahead(), by=engine_actor(f"beat {number}"))

    side_by_side(*(partial(beat, number) for number in range(beats)))


@pytest.mark.parametrize("beats", [1, 2, 5])
def test_beats_side_by_side_make_one_job_for_each_due_second(make_cron: MakeCron, beats: int) -> None:
    crons = [make_cron("0 * * * * *", name=f"c{number}", misfire="all", grace_seconds=86_400) for number in range(8)]
    for cron in crons:
        set_back(cron, minutes_ago(MAX_MADE_UP + 19))
    end = time.monotonic() + 60

    def caught_up() -> bool:
        ahead = look_ahead()
        return time.monotonic() > end or (ahead.cron is not None and ahead.cron > 0)

    _side_by_side(beats, caught_up)
    made = Counter(Job.objects.values_list("cron__name", flat=True))
    skipped = {row.cron.name: row.count for row in CronSkip.objects.select_related("cron")}
    for cron in crons:
        # One that has come just now is not late, and no part of what is made up; and the minute may have changed.
        assert made[cron.name] in (MAX_MADE_UP, MAX_MADE_UP + 1)
        assert made[cron.name] + (skipped[cron.name] or 0) in (MAX_MADE_UP + 20, MAX_MADE_UP + 21)
    assert Job.objects.values("cron", "cron_due_at").distinct().count() == Job.objects.count()


def test_beats_side_by_side_keep_up_with_a_cron_that_is_due_each_second(make_cron: MakeCron) -> None:
    cron = make_cron("* * * * * *")
    first = cron.next_run_at
    end = time.monotonic() + 4
    _side_by_side(3, lambda: time.monotonic() > end)
    assert first is not None
    dues = list(Job.objects.order_by("cron_due_at").values_list("cron_due_at", flat=True))
    assert len(dues) >= 3
    assert [round((due - first).total_seconds()) for due in dues if due] == list(range(len(dues)))
    assert Cron.objects.get().last_run_at == dues[-1]
