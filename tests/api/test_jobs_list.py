"""GET /jobs: order, shape, filters and pages."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from jobs.models import Cron, Job
from jobs.states import Status
from tests.api.conftest import NOON, MakeJob, MakeWorker

pytestmark = pytest.mark.slow

KEYS = [
    "id", "retryFromID", "workerID", "status", "scheduledAt", "lastUpdated", "action", "retriesLeft", "retriesTotal",
    "capacityMap", "parameters", "deadline", "stopTimeout",
]  # fmt: skip


def ids(client: Client, **query: Any) -> list[str]:
    response = client.get("/api/v0/jobs", query)
    assert response.status_code == 200, response.content
    return [job["id"] for job in response.json()["jobs"]]


def test_a_job_has_its_13_keys_in_order_and_exact_values(
    client: Client, make_job: MakeJob, make_worker: MakeWorker
) -> None:
    job = make_job(
        status=Status.DONE,
        worker=make_worker(hex_id="f97ebb52f0f6"),
        action="poll_mirror",
        status_changed_at=NOON + timedelta(microseconds=2_709_999),
    )
    found = client.get("/api/v0/jobs").json()["jobs"][0]
    assert list(found) == KEYS
    assert found == {
        "id": str(job.uuid),
        "retryFromID": str(job.uuid),
        "workerID": "f97ebb52f0f6",
        "status": "done",
        "scheduledAt": "2018-04-21T12:00:00Z",
        "lastUpdated": "2018-04-21T12:00:02.709Z",
        "action": "poll_mirror",
        "retriesLeft": 0,
        "retriesTotal": 0,
        "capacityMap": None,
        "parameters": None,
        "deadline": "",
        "stopTimeout": "",
    }


def test_the_latest_scheduled_comes_first_and_of_equals_the_newest_arrival(client: Client, make_job: MakeJob) -> None:
    early = make_job(scheduled_at=NOON)
    late = make_job(scheduled_at=NOON + timedelta(hours=1))
    also_early = make_job(scheduled_at=NOON)
    assert ids(client) == [str(late.uuid), str(also_early.uuid), str(early.uuid)]


def test_a_retry_names_the_original(client: Client, make_job: MakeJob) -> None:
    original = make_job(status=Status.ERRORED)
    retry = make_job(retry_from=original)
    found = {job["id"]: job["retryFromID"] for job in client.get("/api/v0/jobs").json()["jobs"]}
    assert found == {str(original.uuid): str(original.uuid), str(retry.uuid): str(original.uuid)}


def test_a_dead_worker_that_came_back_is_a_resurrection(client: Client, make_job: MakeJob) -> None:
    make_job(status=Status.WORKER_DEAD, late_result_at=NOON)
    assert client.get("/api/v0/jobs").json()["jobs"][0]["status"] == "worker_resurrection"


def test_ten_are_listed_unless_asked_otherwise(client: Client, make_job: MakeJob) -> None:
    jobs = [str(make_job(scheduled_at=NOON + timedelta(minutes=n)).uuid) for n in range(12)][::-1]
    assert ids(client) == jobs[:10]
    assert ids(client, limit="3", start="2") == jobs[2:5]
    for unreadable in ("0", "", "ten", "1.5", "1_0", "\uff11\uff10", "0x10"):
        assert ids(client, limit=unreadable) == jobs[:10]
    for unreadable in ("", "one", "1e3"):
        assert ids(client, start=unreadable) == jobs[:10]
    assert ids(client, limit="9" * 5000) == jobs
    assert ids(client, start="9" * 5000) == []


@pytest.mark.parametrize("query", [{"limit": "-1"}, {"start": "-1"}, {"limit": "-" + "9" * 30}])
def test_a_negative_number_is_refused(client: Client, query: dict[str, str]) -> None:
    response = client.get("/api/v0/jobs", query)
    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == "INVALID_PARAMETERS"
    assert response.json()["errors"][0]["detail"]["field"] == next(iter(query))


def test_running_means_running_or_asked_to_stop(client: Client, make_job: MakeJob) -> None:
    waiting, running, stopping, done, deleted = (
        str(make_job(status=status, scheduled_at=NOON - timedelta(seconds=n)).uuid)
        for n, status in enumerate(["waiting", "running", "cancel_request", "done", "deleted"])
    )
    assert ids(client, running="true") == [running, stopping]
    assert ids(client, running="false") == [waiting, done, deleted]
    assert len(ids(client, running="any")) == len(ids(client, running="")) == 5
    assert client.get("/api/v0/jobs?running=yes").status_code == 400


def test_jobs_are_chosen_by_worker(client: Client, make_job: MakeJob, make_worker: MakeWorker) -> None:
    mine = make_job(status=Status.RUNNING, worker=make_worker(hex_id="00000000000a"))
    unclaimed = make_job()
    assert ids(client, worker="00000000000a") == [str(mine.uuid)]
    assert ids(client, worker="") == [str(unclaimed.uuid)]
    assert len(ids(client, worker="any")) == 2
    assert ids(client, worker="ffffffffffff") == []


def test_jobs_are_chosen_by_status(client: Client, make_job: MakeJob) -> None:
    errored = str(make_job(status=Status.ERRORED, scheduled_at=NOON - timedelta(1)).uuid)
    canceled = str(make_job(status=Status.CANCELED, scheduled_at=NOON - timedelta(2)).uuid)
    dead = str(make_job(status=Status.WORKER_DEAD, scheduled_at=NOON - timedelta(3)).uuid)
    back = str(make_job(status=Status.WORKER_DEAD, late_result_at=NOON, scheduled_at=NOON - timedelta(4)).uuid)
    assert ids(client, status="errored,canceled") == ids(client, status="error,cancel") == [errored, canceled]
    assert ids(client, status="worker_dead") == [dead]
    assert ids(client, status="worker_resurrection") == [back]
    assert ids(client, status="worker_dead, worker_resurrection,errored") == [errored, dead, back]
    assert client.get("/api/v0/jobs?status=lost").status_code == 400


def test_jobs_are_chosen_by_action_cron_original_and_time(client: Client, make_job: MakeJob) -> None:
    cron = Cron.objects.create(name="nightly", action="gc", schedule="@daily", enabled=False)
    original = make_job(action="gc", status=Status.ERRORED, cron=cron)
    retry = make_job(action="gc", retry_from=original, scheduled_at=NOON + timedelta(hours=1))
    make_job(scheduled_at=NOON + timedelta(hours=2))
    assert ids(client, action="gc") == [str(retry.uuid), str(original.uuid)]
    assert len(ids(client, action="any")) == 3
    assert ids(client, cron="nightly") == [str(original.uuid)]
    assert ids(client, retryFrom=str(original.uuid)) == [str(retry.uuid), str(original.uuid)]
    assert ids(client, scheduledAfter="2018-04-21T13:00:00Z", scheduledBefore="2018-04-21T14:00:00Z") == [
        str(retry.uuid)
    ]
    response = client.get("/api/v0/jobs?scheduledBefore=2018-04-21T14:00:00+02:00")
    assert [job["id"] for job in response.json()["jobs"]] == []


def test_jobs_are_chosen_by_the_locks_that_they_want_hold_or_held(client: Client, make_job: MakeJob) -> None:
    both = [{"name": "devices", "mode": "shared"}, {"name": "images", "mode": "exclusive"}]
    held = make_job(status=Status.DONE, locks=both)
    wanted = make_job(locks=[{"name": "devices", "mode": "exclusive"}], scheduled_at=NOON + timedelta(hours=1))
    make_job(locks=[{"name": "device", "mode": "exclusive"}])
    make_job()
    assert ids(client, lock="devices") == [str(wanted.uuid), str(held.uuid)]
    assert ids(client, lock="images") == [str(held.uuid)]
    assert ids(client, lock="shared") == ids(client, lock='", "') == []
    assert client.get("/api/v0/jobs", {"lock": "\0"}).status_code == 400


def test_jobs_are_chosen_by_parameters_as_text_number_or_boolean(client: Client, make_job: MakeJob) -> None:
    text = make_job(parameters={"device": "eosdist", "n": "4", "a.b": "x"}, scheduled_at=NOON)
    number = make_job(parameters={"device": "leaf", "n": 4, "live": True}, scheduled_at=NOON - timedelta(1))
    assert ids(client, **{"parameters.device": "eosdist"}) == [str(text.uuid)]
    assert ids(client, **{"parameters.n": "4"}) == [str(text.uuid), str(number.uuid)]
    assert ids(client, **{"parameters.n": "4", "parameters.live": "true"}) == [str(number.uuid)]
    assert ids(client, **{"parameters.a.b": "x"}) == [str(text.uuid)]
    assert ids(client, **{"parameters.n": "5"}) == []
    listed = make_job(parameters={"devices": ["leaf1", "leaf2"], 'a"b\\': "c"}, scheduled_at=NOON - timedelta(2))
    assert (
        ids(client, **{"parameters.devices": "leaf2"}) == ids(client, **{'parameters.a"b\\': "c"}) == [str(listed.uuid)]
    )


def test_free_text_finds_ids_actions_and_values_of_declared_parameters(client: Client, make_job: MakeJob) -> None:
    job = make_job(action="sleep", parameters={"seconds": 7})
    gone = make_job(action="no_longer_registered", scheduled_at=NOON - timedelta(1))
    assert ids(client, q=str(job.uuid)) == [str(job.uuid)]
    assert str(job.uuid) in ids(client, q=str(job.uuid)[:13].upper())
    assert ids(client, q="SLEE") == ids(client, q="7") == [str(job.uuid)]
    assert ids(client, q="no_longer_registered") == [str(gone.uuid)]
    assert ids(client, q="nothing like it") == []


def test_the_cursor_of_the_link_walks_the_whole_list_once(client: Client, make_job: MakeJob) -> None:
    # Equal times, so that the id decides; one is added meanwhile, which a page number would stumble over.
    jobs = [str(make_job(parameters={"k": "v"}).uuid) for _ in range(7)][::-1]
    seen: list[str] = []
    url: str | None = "/api/v0/jobs?limit=3&parameters.k=v&start=0"
    while url:
        response = client.get(url)
        seen += [job["id"] for job in response.json()["jobs"]]
        make_job(parameters={"k": "v"}, scheduled_at=NOON + timedelta(days=1))
        link = response.get("Link")
        url = link.removeprefix("<").partition(">")[0] if link else None
    assert seen == jobs


@pytest.mark.parametrize("after", ["x", "AAAA", "=", "MTIz", "é", "LTE.", "OS45OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"])
def test_a_cursor_of_ones_own_making_is_refused(client: Client, after: str) -> None:
    response = client.get("/api/v0/jobs", {"after": after})
    assert (response.status_code, response.json()["errors"][0]["code"]) == (400, "INVALID_PARAMETERS")


def test_thousands_come_in_parts_and_complete(client: Client, make_job: MakeJob) -> None:
    template = make_job()
    jobs = [
        Job(uuid=f"00000000-0000-7000-8000-{n:012d}", action="noop", capacity_class_id=template.capacity_class_id,
            scheduled_at=NOON + timedelta(seconds=n // 3))
        for n in range(2499)
    ]  # fmt: skip
    Job.objects.bulk_create(jobs)
    everything = client.get("/api/v0/jobs?limit=70000")
    assert everything.streaming
    listed = [job["id"] for job in _streamed(everything)["jobs"]]
    assert len(listed) == len(set(listed)) == 2500
    assert "Link" not in everything
    most = client.get("/api/v0/jobs?limit=2300&start=100")
    assert [job["id"] for job in _streamed(most)["jobs"]] == listed[100:2400]
    rest = client.get(most["Link"].removeprefix("<").partition(">")[0])
    assert [job["id"] for job in rest.json()["jobs"]] == listed[2400:2500]
    assert ids(client, start="2490", limit="5") == listed[2490:2495]


def _streamed(response: Any) -> Any:
    return json.loads(response.getvalue())
