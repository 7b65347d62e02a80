"""Retries in real worker processes."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobs.models import Job
from jobs.states import Status
from jobsite.access.tokens import issue_token
from tests.e2e.conftest import RunWorker, Submit, wait_status, wait_until

pytestmark = pytest.mark.slow


def test_a_job_that_always_fails_runs_three_times_and_shows_its_chain(run_worker: RunWorker, submit: Submit) -> None:
    run_worker("--capacity", "scan=1")
    job = wait_status(submit("test_always_fails", {"scan": 1}, retries=2), Status.ERRORED)
    chain = Job.objects.filter(retry_from=job).order_by("pk")
    wait_until(lambda: list(chain.values_list("status", flat=True)) == [Status.ERRORED] * 2)
    user = User.objects.create(username="ada", is_superuser=True)
    client = Client(headers={"Authorization": f"Bearer {issue_token(user, name='test')}"})
    attempts = client.get(f"/api/v0/jobs/{job.uuid}/detail").json()["attempts"]
    assert [attempt["status"] for attempt in attempts] == ["errored"] * 3
    assert [attempt["startedAt"] for attempt in attempts] == sorted({attempt["startedAt"] for attempt in attempts})
    assert list(chain.values_list("retries_left", flat=True)) == [1, 0]
