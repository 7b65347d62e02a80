"""What becomes of each due second through outages, edits and jobs that run long: a table of stories."""

from typing import Any

import pytest

from jobs.engine.clock import database_now
from jobs.models import Cron, Job
from tests.crons import world as w
from tests.crons.world import World, back, down, edit

pytestmark = pytest.mark.slow

# name: (the cron, what happens, hours before the last due second that have a job, recorded skips)
Story = tuple[dict[str, Any], list[w.Step], list[int], list[tuple[str, int | None]]]
THREE_HOURS = {"grace_seconds": 3 * 3600}
STORIES: dict[str, Story] = {
    "nothing was due": ({}, [back], [], []),
    "one run was missed": ({}, [down(0), back], [0], []),
    "two beats come back": ({}, [down(0), back, back], [0], []),
    "down for two hours, skip": ({"misfire": "skip"}, [down(2), back], [], [("MISSED", 3)]),
    "down for two hours, once": ({}, [down(2), back], [0], [("TOO_LATE", 2)]),
    "down for two hours, once, long grace": (THREE_HOURS, [down(2), back], [0], [("COALESCED", 2)]),
    "down for two hours, all": ({"misfire": "all"}, [down(2), back], [0], [("TOO_LATE", 2)]),
    "down for two hours, all, long grace": ({"misfire": "all", **THREE_HOURS}, [down(2), back], [2, 1, 0], []),
    "down for two hours, no grace": ({"misfire": "all", "grace_seconds": 0}, [down(2), back], [], [("TOO_LATE", 3)]),
    "down twice": (THREE_HOURS, [down(4), back, down(0), back], [1, 0], [("TOO_LATE", 2), ("COALESCED", 2)]),
    "down for five days, all": (
        {"misfire": "all", "grace_seconds": 5 * 86_400 + 3600},
        [down(120), back],
        list(range(99, -1, -1)),
        [("TOO_MANY", 21)],
    ),
    "edited during the outage": ({}, [down(2), edit(job={"priority": 5}), back], [], [("EDITED", 3)]),
    "edited after it": ({}, [down(0), back, edit(job={"priority": 5}), back], [0], []),
    "schedule changed during the outage": ({}, [down(1), edit(schedule="@daily"), back], [], [("EDITED", 2)]),
    "zone changed during the outage": ({}, [down(1), edit(timezone="Asia/Kathmandu"), back], [], [("EDITED", 2)]),
    "edited twice during the outage": (
        {},
        [down(1), edit(misfire="all"), edit(overlap="forbid"), back],
        [],
        [("EDITED", 2)],
    ),
    "disabled during the outage": ({}, [down(1), w.disable, back], [], [("DISABLED", 2)]),
    "disabled by an edit during the outage": ({}, [down(1), edit(enabled=False), back], [], [("EDITED", 2)]),
    "disabled and enabled during the outage": ({}, [down(1), w.disable, w.enable, back], [], [("DISABLED", 2)]),
    "disabled and enabled at rest": ({}, [w.disable, w.enable, back], [], []),
    "disabled twice": ({}, [w.disable, w.disable, back], [], []),
    "created disabled": ({"enabled": False}, [back, w.enable, back], [], []),
    "run now beside the schedule": ({}, [down(0), w.run, back], [0], []),
    "run now while disabled": ({}, [w.disable, w.run, back], [], []),
    "forbid: a job runs over three due times": (
        {"overlap": "forbid"},
        [down(0), back, w.start, down(0), back, down(0), back, down(0), back],
        [3],
        [("OVERLAP", 3)],
    ),
    "forbid: two jobs run over due times": (
        {"overlap": "forbid"},
        [down(0), back, w.start, down(0), back, down(0), back, w.end, down(0), back, w.start, down(0), back],
        [4, 1],
        [("OVERLAP", 2), ("OVERLAP", 1)],
    ),
    "forbid: the job has ended": (
        {"overlap": "forbid"},
        [down(0), back, w.start, down(0), back, w.end, down(0), back],
        [2, 0],
        [("OVERLAP", 1)],
    ),
    "forbid: missed ones are in each other's way": (
        {"overlap": "forbid", "misfire": "all", **THREE_HOURS},
        [down(2), back],
        [2],
        [("OVERLAP", 2)],
    ),
    "forbid: a run by hand is in the way": ({"overlap": "forbid"}, [w.run, down(0), back], [], [("OVERLAP", 1)]),
    "forbid: a canceled job is not in the way": (
        {"overlap": "forbid"},
        [w.run, w.cancel_jobs, down(0), back],
        [0],
        [],
    ),
    "replace: missed ones are not even started": (
        {"overlap": "replace", "misfire": "all", **THREE_HOURS},
        [down(2), back],
        [0],
        [("REPLACED", 2)],
    ),
    "replace: a run by hand is replaced": ({"overlap": "replace"}, [w.run, w.start, down(0), back], [0], []),
    "allow: a job that runs is left alone": ({}, [w.run, w.start, down(0), back], [0], []),
    "its action is gone": ({}, [w.break_action, down(1), back], [], [("TOO_LATE", 1), ("INVALID", 1)]),
    "its parameters are no longer valid": ({}, [w.break_parameters, down(0), back], [], [("INVALID", 1)]),
    "its schedule can not be read any more": ({}, [w.break_schedule, down(0), back], [], [("DISABLED", 1)]),
    "its zone is gone": ({}, [w.break_zone, down(0), back], [], [("DISABLED", 1)]),
    "deleted while its job runs": ({}, [down(0), back, w.start, w.delete, back], [0], []),
    "deleted during the outage": ({}, [down(1), w.delete, back], [], []),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "steps", "fired", "skipped"), STORIES.values(), ids=STORIES)
def test_story(
    fields: dict[str, Any], steps: list[w.Step], fired: list[int], skipped: list[tuple[str, int | None]]
) -> None:
    world = World(**fields)
    for step in steps:
        step(world)
    assert world.fired() == fired
    assert world.skipped() == skipped
    for enabled, next_run in Cron.objects.values_list("enabled", "next_run_at"):
        assert enabled == (next_run is not None)
        assert next_run is None or next_run > database_now()


def test_a_replaced_job_that_runs_is_asked_to_stop_and_one_that_waits_is_canceled() -> None:
    world = World(overlap="replace")
    for step in (w.run, w.start, w.run, down(0), back):
        step(world)
    statuses = Job.objects.filter(cron=world.cron.pk).order_by("id").values_list("status", flat=True)
    assert list(statuses) == ["cancel_request", "canceled", "waiting"]


def test_a_deleted_cron_leaves_its_jobs_as_they_are() -> None:
    world = World()
    for step in (down(0), back, w.start, w.delete):
        step(world)
    job = Job.objects.get()
    assert (job.status, job.cron_id, job.cron_due_at) == ("running", world.cron.pk, world.base)
