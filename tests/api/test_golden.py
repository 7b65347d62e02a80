"""What clients read of one job beside its 13 keys, to the letter: keys, their order, and how values are written."""

from datetime import timedelta

from django.test import Client

from jobs.models import Job
from jobs.states import Status
from tests.api.conftest import NOON, MakeJob, MakeWorker


def text(client: Client, job: Job, below: str) -> str:
    response = client.get(f"/api/v0/jobs/{job.uuid}/{below}")
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    return response.content.decode()


def test_the_detail_of_a_job_with_everything(client: Client, make_job: MakeJob, make_worker: MakeWorker) -> None:
    job = make_job(
        status=Status.CANCELED, worker=make_worker(hex_id="f97ebb52f0f6"), slot="w:1", priority=7,
        started_at=NOON, ended_at=NOON + timedelta(milliseconds=2709), canceled_by="eve", cancel_reason="it hangs",
        locks=[{"name": "devices", "mode": "shared"}], next={"action": "noop", "parameters": {"k": "v"}},
        comment="the nightly one", ticket_ref="OPS-7", scheduled_by="ann",
    )  # fmt: skip
    retry = make_job(retry_from=job)
    assert text(client, job, "detail") == (
        f'{{"number":{job.pk},"priority":7,"locks":[{{"name":"devices","mode":"shared"}}],'
        '"next":{"action":"noop","parameters":{"k":"v"}},"comment":"the nightly one","ticketRef":"OPS-7",'
        '"scheduledBy":"ann","startedAt":"2018-04-21T12:00:00Z","endedAt":"2018-04-21T12:00:02.709Z",'
        f'"attempts":[{{"id":"{job.uuid}","number":{job.pk},"workerID":"f97ebb52f0f6","status":"canceled",'
        '"startedAt":"2018-04-21T12:00:00Z","endedAt":"2018-04-21T12:00:02.709Z"},'
        f'{{"id":"{retry.uuid}","number":{retry.pk},"workerID":"","status":"waiting","startedAt":null,"endedAt":null}}],'
        '"canceledBy":"eve","cancelReason":"it hangs"}'
    )


def test_the_detail_of_a_job_with_nothing(client: Client, make_job: MakeJob) -> None:
    job = make_job()
    assert text(client, job, "detail") == (
        f'{{"number":{job.pk},"priority":0,"locks":null,"next":null,"comment":null,"ticketRef":null,'
        '"scheduledBy":null,"startedAt":null,"endedAt":null,'
        f'"attempts":[{{"id":"{job.uuid}","number":{job.pk},"workerID":"","status":"waiting","startedAt":null,'
        '"endedAt":null}],"canceledBy":null,"cancelReason":null}'
    )


def test_the_result_before_after_and_of_what_failed(client: Client, make_job: MakeJob) -> None:
    assert text(client, make_job(), "result") == '{"result":null,"exception":null,"finished":null,"total":null}'
    done = make_job(status=Status.DONE, result={"b": [1, None], "a": "é"}, finished=["eosdist"], progress_total=6)
    assert text(client, done, "result") == (
        '{"result":{"a":"é","b":[1,null]},"exception":null,"finished":["eosdist"],"total":6}'
    )
    exception = {"message": "no", "type": "ValueError", "args": ["no"], "traceback": "..."}
    failed = make_job(status=Status.ERRORED, exception=exception)
    assert text(client, failed, "result") == (
        '{"result":null,"exception":{"args":["no"],"type":"ValueError","message":"no","traceback":"..."},'
        '"finished":null,"total":null}'
    )


def test_a_job_that_waits_for_a_lock_says_so(client: Client, make_job: MakeJob) -> None:
    assert text(client, make_job(status=Status.DONE), "waiting") == '{"reasons":[]}'
    assert text(client, make_job(), "waiting") == (
        '{"reasons":[{"code":"NO_WORKER","text":"no worker is running","by":null}]}'
    )
