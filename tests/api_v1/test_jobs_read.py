"""GET /jobs and /job/{id}: the shape of a job, to the letter."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from jobs.engine.actor import Actor
from jobs.engine.configs.delete import delete_config
from jobs.engine.configs.save import save_config
from jobs.engine.enqueue import enqueue
from jobs.engine.submission import Submission
from jobs.models import Job
from jobs.states import Status
from tests.api.conftest import NOON, MakeJob, MakeWorker
from tests.api_v1.conftest import ROOT, ids, jobs, refused

# As the seed prints it, with the one key that came later.
GOLDEN = """{
"status": "success",
"data": {
"jobs": [
{
"id": %d,
"status": "FINISHED",
"scheduled_time": "2019-12-05T13:06:03.319761",
"start_time": "2019-12-05T13:06:03.375200",
"finish_time": "2019-12-05T13:06:05.775562",
"function_name": "sync_devices",
"scheduled_by": null,
"comment": null,
"ticket_ref": null,
"next_job_id": null,
"result": {
"devices": {
"eosdist": {
"failed": false,
"job_tasks": [
{
"diff": "",
"failed": false,
"result": null,
"task_name": "push_sync_device"
},
{
"diff": "",
"failed": false,
"result": "hostname eosdist\\n...",
"task_name": "Generate device config"
},
{
"diff": "@@ -16,8 +16,6 @@\\n +hostname eosdist\\n...",
"failed": false,
"result": null,
"task_name": "Sync device config"
}
]
}
}
},
"exception": null,
"finished_devices": [
"eosdist"
],
"change_score": 21,
"start_arguments": {
"dry_run": false
}
}
]
}
}"""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def seeds_job(make_job: MakeJob) -> Job:
    tasks = json.loads(GOLDEN % 1)["data"]["jobs"][0]["result"]
    return make_job(
        status=Status.DONE, action="sync_devices", parameters={"dry_run": False}, result=tasks, finished=["eosdist"],
        change_score=21, scheduled_at=at("2019-12-05T13:06:03.319761"), started_at=at("2019-12-05T13:06:03.375200"),
        ended_at=at("2019-12-05T13:06:05.775562"), worker=None,
    )  # fmt: skip


def compact(text: str) -> str:
    return json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)


def test_the_seeds_example_is_answered_byte_for_byte(client: Client, seeds_job: Job) -> None:
    golden = compact(GOLDEN % seeds_job.pk)
    assert client.get(f"{ROOT}/jobs").content.decode() == golden
    assert client.get(f"{ROOT}/job/{seeds_job.pk}").content.decode() == golden


def test_a_waiting_job_has_all_15_keys(client: Client, make_job: MakeJob) -> None:
    job = make_job(comment="x" * 255, ticket_ref="t" * 32, scheduled_by="ann")
    [found] = jobs(client)
    assert found == {
        "id": job.pk,
        "status": "SCHEDULED",
        "scheduled_time": "2018-04-21T12:00:00.000000",
        "start_time": None,
        "finish_time": None,
        "function_name": "noop",
        "scheduled_by": "ann",
        "comment": "x" * 255,
        "ticket_ref": "t" * 32,
        "next_job_id": None,
        "result": None,
        "exception": None,
        "finished_devices": None,
        "change_score": None,
        "start_arguments": None,
    }


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("waiting", "SCHEDULED"), ("running", "RUNNING"), ("cancel_request", "ABORTING"), ("done", "FINISHED"),
        ("errored", "EXCEPTION"), ("timeout", "EXCEPTION"), ("worker_dead", "EXCEPTION"), ("canceled", "ABORTED"),
        ("worker_shutdown", "ABORTED"), ("deleted", "ABORTED"),
    ],
)  # fmt: skip
def test_a_job_will_always_be_in_one_of_the_originals_states(
    client: Client, make_job: MakeJob, status: str, word: str
) -> None:
    make_job(status=status)
    assert jobs(client)[0]["status"] == word


@pytest.mark.parametrize(
    ("action", "parameters", "name"),
    [
        ("sync_devices", {"dry_run": True}, "sync_devices (dry_run)"),
        ("sync_devices", {"dry_run": "true"}, "sync_devices (dry_run)"),
        ("sync_devices", {"dry_run": 1}, "sync_devices (dry_run)"),
        ("sync_devices", {"dry_run": False}, "sync_devices"),
        ("sync_devices", {"dry_run": "no"}, "sync_devices"),
        # Its default.
        ("sync_devices", {"all": True}, "sync_devices (dry_run)"),
        ("sync_devices", None, "sync_devices (dry_run)"),
        ("noop", {"dry_run": True}, "noop (dry_run)"),
        ("noop", {"dry_run": None}, "noop"),
        ("noop", None, "noop"),
    ],
)
def test_the_name_of_a_dry_run_says_so(
    client: Client, make_job: MakeJob, action: str, parameters: dict[str, Any] | None, name: str
) -> None:
    job = make_job(action=action, parameters=parameters)
    assert jobs(client)[0]["function_name"] == name
    assert jobs(client)[0]["start_arguments"] == parameters
    assert ids(client, **{"filter[function_name]": name}) == [job.pk]


def test_what_an_operators_default_makes_a_live_run_is_not_called_a_dry_one(client: Client, db: None) -> None:
    by = Actor(dialect="cli")
    save_config("sync_devices", {"dry_run": "false"}, by=by)
    job = enqueue(Submission(action="sync_devices", parameters={"hostname": "eosdist"}), by=by)
    delete_config("sync_devices", by=by)
    assert jobs(client)[0]["function_name"] == "sync_devices"
    assert ids(client, **{"filter[function_name]": "sync_devices"}) == [job.pk]
    assert ids(client, **{"filter[function_name]": "sync_devices (dry_run)"}) == []


def test_an_exception_has_message_type_args_and_traceback_in_this_order(client: Client, make_job: MakeJob) -> None:
    error = {"traceback": "Traceback ...", "args": ["no"], "type": "ValueError", "message": "no"}
    make_job(status=Status.ERRORED, exception=error)
    found = jobs(client)[0]["exception"]
    assert list(found) == ["message", "type", "args", "traceback"]
    assert found == error


@pytest.mark.parametrize("status", ["errored", "timeout", "worker_dead"])
def test_whatever_is_an_exception_has_one_with_args(client: Client, make_job: MakeJob, status: str) -> None:
    make_job(status=status)
    found = jobs(client)[0]["exception"]
    assert all(found[key] for key in ("message", "type", "args"))
    assert found["traceback"] == ""


def test_what_an_aborted_job_raised_is_no_exception(client: Client, make_job: MakeJob) -> None:
    make_job(status=Status.CANCELED, exception={"message": "canceled", "type": "JobCanceled"}, canceled_by="ann")
    [found] = jobs(client)
    assert found["exception"] is None
    assert found["result"] == {"message": "Aborted via API call (aborted by ann)"}


def test_finished_devices_is_null_before_the_start_and_then_a_list(client: Client, make_job: MakeJob) -> None:
    make_job()
    make_job(status=Status.RUNNING)
    make_job(status=Status.RUNNING, finished=["eosdist"])
    assert [job["finished_devices"] for job in jobs(client)] == [None, [], ["eosdist"]]


def test_next_job_id_is_the_job_that_follows(client: Client, make_job: MakeJob) -> None:
    retry = make_job()
    make_job(status=Status.ERRORED, next_job=retry)
    assert [job["next_job_id"] for job in jobs(client)] == [None, retry.pk]


@pytest.mark.parametrize("slash", ["", "/"])
def test_lists_and_jobs_answer_with_and_without_a_slash_and_to_head(
    client: Client, make_job: MakeJob, slash: str
) -> None:
    job = make_job()
    for path in ("jobs", f"job/{job.pk}", "joblocks", "system/version"):
        got, head = client.get(f"{ROOT}/{path}{slash}"), client.head(f"{ROOT}/{path}{slash}")
        assert (got.status_code, head.status_code, head.content) == (200, 200, b"")
        assert got["Content-Length"] == head["Content-Length"]


def test_the_body_of_a_get_is_ignored(client: Client, make_job: MakeJob) -> None:
    job = make_job()
    for path in ("jobs", f"job/{job.pk}", "joblocks"):
        for body in (b'{"a": 1}', b"no json", b"\xff"):
            response = client.generic("GET", f"{ROOT}/{path}", body, content_type="application/json")
            assert response.status_code == 200


def test_an_unknown_job_is_400(client: Client, db: None) -> None:
    for number in ("1", "0", "01", "9" * 30):
        shown = number.lstrip("0") or "0"
        assert refused(client.get(f"{ROOT}/job/{number}")) == (400, f"No job with id {shown} found")


NO_IDS = ["x", "1.0", "-1", "+1", "%00", "%EF%BC%91", "1%20", "252b3b26-1149-46c1-9e20-4849f9ec97a3"]


@pytest.mark.parametrize("text", NO_IDS)
def test_an_id_that_is_no_number_is_400(client: Client, text: str) -> None:
    status, message = refused(client.get(f"{ROOT}/job/{text}"))
    assert status == 400
    assert message.endswith("is not a job id: it is a whole number")


def test_the_version_needs_no_login(db: None) -> None:
    for path in ("", "/"):
        body = Client().get(f"{ROOT}/system/version{path}").json()
        assert body["status"] == "success"
        assert list(body["data"]) == ["version", "git_version"]
        assert body["data"]["version"]


CONFIG, DIFF, PUSH = "Generate device config", "Sync device config", "push_sync_device"


@pytest.mark.parametrize(
    ("chosen", "left"),
    [("config", [PUSH, DIFF]), ("diff", [PUSH, CONFIG]), ("config,diff", [PUSH]), ("", [PUSH, CONFIG, DIFF])],
)
def test_filter_jobresult_leaves_out_parts_of_each_device(
    client: Client, seeds_job: Job, chosen: str, left: list[str]
) -> None:
    for path in ("jobs", f"job/{seeds_job.pk}"):
        [job] = client.get(f"{ROOT}/{path}", {"filter_jobresult": chosen}).json()["data"]["jobs"]
        assert [task["task_name"] for task in job["result"]["devices"]["eosdist"]["job_tasks"]] == left


def test_filter_jobresult_goes_by_name_and_spares_what_has_another_shape(client: Client, make_job: MakeJob) -> None:
    only_diff: Any = {
        "devices": {"a": {"job_tasks": [{"task_name": DIFF}]}, "b": None, "c": {"job_tasks": {}}, "d": {}}
    }
    others: list[Any] = [None, [1], "text", {"devices": []}, {"devices": {"a": [1]}}]
    made = [make_job(action="sync_devices", result=only_diff)]
    made += [make_job(action="sync_devices", result=result) for result in others]
    made.append(make_job(action="device_upgrade", result=only_diff))
    found = [job["result"] for job in jobs(client, filter_jobresult="config")]
    assert found == [only_diff, *others, only_diff]


def test_filter_jobresult_of_something_else_is_400(client: Client, db: None) -> None:
    assert refused(client.get(f"{ROOT}/jobs?filter_jobresult=all"))[0] == 400


def test_times_are_utc_with_microseconds_and_no_zone(
    client: Client, make_job: MakeJob, make_worker: MakeWorker
) -> None:
    make_job(status=Status.DONE, worker=make_worker(), started_at=NOON + timedelta(microseconds=1))
    [job] = jobs(client)
    assert job["start_time"] == "2018-04-21T12:00:00.000001"
    assert job["finish_time"] == "2018-04-21T12:00:00.000000"
