"""GET and DELETE /joblocks."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from jobs.models import AuditEvent, Job
from jobs.states import Status
from locks.models import JobLock, LockName
from tests.api.conftest import NOON, ClientOf, MakeJob, MakeWorker
from tests.api_v1.conftest import ROOT, refused, send


def hold(name: str, job: Job, *, mode: str = "exclusive", fence: int = 1) -> None:
    LockName.objects.update_or_create(name=name, defaults={"fence": fence})
    JobLock.objects.create(lock_id=name, job=job, mode=mode, fence=fence, acquired_at=NOON)


def alive(make_job: MakeJob, make_worker: MakeWorker, **fields: Any) -> Job:
    worker = make_worker()
    job = make_job(status=Status.RUNNING, worker=worker, action="sync_devices", **fields)
    Job.objects.filter(pk=job.pk).update(slot=f"{worker.boot_id}:{job.pk}")
    return job


def locks(client: Client) -> list[dict[str, Any]]:
    body = client.get(f"{ROOT}/joblocks").json()
    assert body["status"] == "success"
    found: list[dict[str, Any]] = body["data"]["locks"]
    return found


def test_a_lock_names_its_job_and_since_when(client: Client, make_job: MakeJob, make_worker: MakeWorker) -> None:
    job = alive(make_job, make_worker)
    hold("devices", job, fence=7)
    make_job(blocked_by="devices", locks=[{"name": "devices", "mode": "exclusive"}])
    assert job.worker is not None
    [found] = locks(client)
    assert list(found)[:4] == ["job_id", "name", "start_time", "abort"]
    assert found == {
        "job_id": job.pk,
        "name": "devices",
        "start_time": "2018-04-21T12:00:00.000000",
        "abort": False,
        "worker": job.worker.name,
        "holder_alive": True,
        "mode": "exclusive",
        "fence": 7,
        "expires": job.worker.lease_until.replace(tzinfo=None).isoformat(timespec="microseconds"),
        "waiters": 1,
    }


def test_a_shared_lock_has_a_row_for_each_holder(client: Client, make_job: MakeJob, make_worker: MakeWorker) -> None:
    first, second = alive(make_job, make_worker), alive(make_job, make_worker)
    Job.objects.filter(pk=second.pk).update(status=Status.CANCEL_REQUEST)
    for fence, job in enumerate((first, second), start=1):
        hold("devices", job, mode="shared", fence=fence)
    found = [(lock["job_id"], lock["name"], lock["mode"], lock["abort"]) for lock in locks(client)]
    assert found == [(first.pk, "devices", "shared", False), (second.pk, "devices", "shared", True)]


def test_a_lock_that_nobody_holds_is_not_listed(client: Client, db: None) -> None:
    LockName.objects.create(name="devices", fence=3)
    assert locks(client) == []


def test_the_list_costs_the_same_however_many_locks_there_are(
    client: Client, make_job: MakeJob, make_worker: MakeWorker, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get(f"{ROOT}/joblocks")
    for number in range(3):
        hold(f"device:{number}", alive(make_job, make_worker))
        with django_assert_num_queries(5):
            assert len(locks(client)) == number + 1


def test_the_lock_of_a_dead_holder_can_be_cleared(client: Client, make_job: MakeJob, make_worker: MakeWorker) -> None:
    worker = make_worker(lease_until=timezone.now() - timedelta(minutes=1))
    job = make_job(status=Status.RUNNING, worker=worker)
    hold("devices", job)
    assert locks(client)[0]["holder_alive"] is False
    response = send(client, "delete", "/joblocks", {"name": "devices"})
    assert (response.status_code, response.json()) == (
        200,
        {"status": "success", "data": {"name": "devices", "status": "deleted"}},
    )
    assert locks(client) == []
    job.refresh_from_db()
    assert job.status == Status.WORKER_DEAD
    event = AuditEvent.objects.get(verb="clear_lock")
    assert (event.user, event.dialect, event.reason) == ("operator", "v1", "Cleared via API call")
    assert refused(send(client, "delete", "/joblocks", {"name": "devices"}))[0] == 404


def test_the_lock_of_a_live_holder_is_409_and_names_job_and_worker(
    client: Client, make_job: MakeJob, make_worker: MakeWorker
) -> None:
    holders = [alive(make_job, make_worker), alive(make_job, make_worker)]
    for fence, job in enumerate(holders):
        hold("devices", job, mode="shared", fence=fence)
    status, message = refused(send(client, "delete", "/joblocks", {"name": "devices"}))
    assert status == 409
    for job in holders:
        assert job.worker is not None
        assert f"job {job.pk} (sync_devices) on worker {job.worker.name}" in message
    assert len(locks(client)) == 2


def test_of_two_holders_only_the_live_one_is_called_alive(
    client: Client, make_job: MakeJob, make_worker: MakeWorker
) -> None:
    living = alive(make_job, make_worker)
    dead = make_job(status=Status.RUNNING, worker=make_worker(lease_until=timezone.now() - timedelta(minutes=1)))
    for fence, job in enumerate((living, dead)):
        hold("devices", job, mode="shared", fence=fence)
    assert living.worker is not None
    assert refused(send(client, "delete", "/joblocks", {"name": "devices"})) == (
        409,
        'Lock devices is held: abort its live holders, or send "force": true to have them killed. '
        f"Alive: job {living.pk} (sync_devices) on worker {living.worker.name}",
    )
    assert len(locks(client)) == 2, "all or none"


def test_of_many_live_holders_some_are_named_and_the_advice_is_whole(
    client: Client, make_job: MakeJob, make_worker: MakeWorker
) -> None:
    name = "d" * 128
    for fence in range(30):
        hold(name, alive(make_job, make_worker), mode="shared", fence=fence)
    status, message = refused(send(client, "delete", "/joblocks", {"name": name}))
    assert (status, '"force": true' in message) == (409, True)
    assert re.search(r"worker w\d+ and 2\d more$", message), message


def test_force_has_a_live_holder_killed_and_needs_the_permission(
    client_of: ClientOf, make_job: MakeJob, make_worker: MakeWorker
) -> None:
    job = alive(make_job, make_worker)
    hold("devices", job)
    body = {"name": "devices", "force": True}
    assert refused(send(client_of("operator"), "delete", "/joblocks", body))[0] == 403
    response = send(client_of("admin"), "delete", "/joblocks", {**body, "reason": "it hangs"})
    assert (response.status_code, response.json()["data"]) == (202, {"name": "devices", "status": "stopping"})
    job.refresh_from_db()
    assert (job.status, job.forced_at is None, job.cancel_reason) == (Status.CANCEL_REQUEST, False, "it hangs")


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": None}, {"Name": "devices"}])
def test_no_name_is_400(client: Client, body: dict[str, Any]) -> None:
    assert refused(send(client, "delete", "/joblocks", body)) == (400, "No lock name specified")


@pytest.mark.parametrize("name", ["devices", "\x00", "a b", "x" * 129, 1, ["devices"], {"a": 1}, "\ud800"])
def test_an_unknown_lock_is_404(client: Client, name: Any) -> None:
    assert refused(send(client, "delete", "/joblocks", {"name": name})) == (404, "No such lock found in database")


def test_a_number_is_no_name_of_a_lock_that_is_called_so(
    client: Client, make_job: MakeJob, make_worker: MakeWorker
) -> None:
    hold("1", make_job(status=Status.RUNNING, worker=make_worker(lease_until=NOON)))
    assert refused(send(client, "delete", "/joblocks", {"name": 1}))[0] == 404
    assert send(client, "delete", "/joblocks", {"name": "1"}).status_code == 200


UNREADABLE: list[dict[str, Any]] = [
    *({"force": "true"}, {"force": 1}, {"force": None}, {"force": 0}),
    *({"reason": 1}, {"reason": 0}, {"reason": False}, {"reason": []}, {"reason": "\x00"}),
]


@pytest.mark.parametrize("more", UNREADABLE)
def test_what_can_not_be_read_is_400(
    client: Client, make_job: MakeJob, make_worker: MakeWorker, more: dict[str, Any]
) -> None:
    hold("devices", alive(make_job, make_worker))
    assert refused(send(client, "delete", "/joblocks", {"name": "devices", **more}))[0] == 400
