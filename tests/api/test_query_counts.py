"""Each list and each object of both dialects costs a fixed number of queries, however much there is to show."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jobs.models import ActionConfig, AuditEvent, Cron, Job, JobLog, Pause
from jobs.states import Status
from jobsite.api.openapi import description
from jobsite.settings import SPECTACULAR_V1
from locks.models import JobLock, LockName
from tests.api.conftest import NOON, MakeJob, MakeWorker
from workers.models import CapacityClass

pytestmark = pytest.mark.slow

# Who asks and what they may: a token and permissions.
LOGIN = 2
# Of a test's own: a time limit is a transaction, which is two statements here, and the limit itself.
LIMIT = 3
COSTS = {
    # The page and the count.
    "/api/v0/jobs": LIMIT + 2,
    "/api/v0/jobs/{job_id}": 1,
    # The row and its chain.
    "/api/v0/jobs/{job_id}/detail": 2,
    # The version for the tag, then the row.
    "/api/v0/jobs/{job_id}/result": 2,
    # The job, what its lines are for the tag, the lines.
    "/api/v0/jobs/{job_id}/logs": 3,
    # The page and the count.
    "/api/v0/audit": LIMIT + 2,
    "/api/v0/crons": 2,
    "/api/v0/crons/{cron_name}": 2,
    "/api/v0/action_configs": 1,
    "/api/v0/action_configs/{action_name}": 1,
    "/api/v0/workers": 1,
    "/api/v0/workers/{worker_id}": 1,
    # Names, their count, holders, lengths of lines; of one no count, but its line, which is two.
    "/api/v0/locks": 4,
    "/api/v0/locks/{lock_name}": 5,
    "/api/v0/actions": 1,
    "/api/v0/classes": 2,
    # Ids with versions for the tag, count, rows.
    "/api/v1.0/jobs": LIMIT + 3,
    "/api/v1.0/job/{job_id}": 2,
    "/api/v1.0/joblocks": 3,
}
# Not of a fixed number, and bounded by the reasons that there are.
ELSEWHERE = {"/api/v0/jobs/{job_id}/waiting"}


class World:
    """Rows of every kind; `grow` adds more of each, also to what is asked for."""

    def __init__(self, make_job: MakeJob, make_worker: MakeWorker) -> None:
        self.make_job, self.make_worker, self.number = make_job, make_worker, 0
        self.job = make_job(status=Status.DONE, worker=make_worker())
        self.cron = Cron.objects.create(name="nightly", action="noop", schedule="@daily", next_run_at=NOON)
        self.lock = LockName.objects.create(name="devices")
        self.grow()

    def grow(self) -> None:
        self.number += 1
        name, wants = f"n{self.number}", [{"name": "devices", "mode": "shared"}]
        for lock in (self.lock, LockName.objects.create(name=name)):
            holder = self.make_job(status=Status.RUNNING, locks=wants, cron=self.cron)
            JobLock.objects.create(lock=lock, job=holder, mode="shared", fence=self.number, acquired_at=NOON)
            self.make_job(locks=wants, blocked_by=lock.name)
        self.make_job(status=Status.ERRORED, retry_from=self.job, next_job=holder)
        Job.objects.filter(pk=self.job.pk).update(finished=[name] * self.number, result={name: self.number})
        JobLog.objects.create(job=self.job, line_number=self.number, data="x")
        AuditEvent.objects.create(verb="x", dialect="cli", object_type="job", object_id=str(self.job.uuid), at=NOON)
        Cron.objects.create(name=name, action="noop", schedule="@daily", next_run_at=NOON, last_run_at=NOON)
        Pause.objects.create(kind="action", name=name)
        ActionConfig.objects.create(action=name, parameters={name: 1})
        CapacityClass.objects.create(name=name, needs={name: 1})

    def at(self, path: str) -> str:
        assert self.job.worker is not None
        known = {
            "/v1.0/job/{job_id}": f"/v1.0/job/{self.job.pk}",
            "{job_id}": str(self.job.uuid),
            "{worker_id}": self.job.worker.hex_id,
            "{lock_name}": "devices",
            "{cron_name}": "nightly",
            "{action_name}": "n1",
        }
        return re.sub("|".join(map(re.escape, known)), lambda found: known[found[0]], path)


def _readable() -> Iterator[str]:
    for changes in ({}, SPECTACULAR_V1):
        for path, operations in description(changes)["paths"].items():
            if "get" in operations and operations["get"].get("security"):
                yield path


def test_every_address_that_is_read_is_in_the_table() -> None:
    assert set(_readable()) == set(COSTS) | ELSEWHERE


def _cost(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        response: Any = client.get(url)
        response.getvalue()
    assert response.status_code == 200, response
    return len(queries)


@pytest.mark.parametrize("path", COSTS)
def test_an_address_costs_the_same_however_much_it_shows(
    client: Client, make_job: MakeJob, make_worker: MakeWorker, path: str
) -> None:
    world = World(make_job, make_worker)
    lists = f"{world.at(path)}?limit=2&per_page=2"
    client.get(lists)
    costs = {_cost(client, lists)}
    for _ in range(3):
        world.grow()
        world.grow()
        costs.add(_cost(client, lists))
    assert costs == {LOGIN + COSTS[path]}
