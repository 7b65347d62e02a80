"""Every sentence and every curl line of the seed, through a real shell and curl, against a real server."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from jobs.models import Job
from jobs.states import Status
from jobsite.access.roles import make_groups
from jobsite.access.tokens import issue_token
from locks.models import JobLock, LockName
from tests.api.conftest import NOON, MakeJob, MakeWorker
from tests.api_v1.live import Shell

pytestmark = [pytest.mark.slow, pytest.mark.curl]


@pytest.fixture
def shell(transactional_db: None, live_server: LiveServer, settings: Any, tmp_path: Path) -> Shell:
    make_groups()
    settings.ALLOWED_HOSTS = ["hostname"]
    user = User.objects.create(username="operator")
    user.groups.set(Group.objects.filter(name="operator"))
    return Shell(tmp_path, server=live_server.url, token=issue_token(user, name="curl"))


def listed(shell: Shell, line: str) -> list[dict[str, Any]]:
    body = json.loads(shell.run(line))
    assert body["status"] == "success"
    found: list[dict[str, Any]] = body["data"]["jobs"]
    return found


def test_to_fetch_information_about_all_jobs(shell: Shell, make_job: MakeJob) -> None:
    job = make_job()
    [found] = listed(shell, "curl http://hostname/api/v1.0/jobs")
    assert found["id"] == job.pk


def test_the_number_of_jobs_can_be_limited_by_using_the_pagination_system(shell: Shell, make_job: MakeJob) -> None:
    made = [make_job().pk for _ in range(52)]
    # As the seed has it the shell ends the command at the &, and drops the page.
    found = listed(shell, "curl http://hostname/api/v1.0/jobs?per_page=50&page=2")
    assert [job["id"] for job in found] == made[:50]
    found = listed(shell, 'curl "http://hostname/api/v1.0/jobs?per_page=50&page=2"')
    assert [job["id"] for job in found] == made[50:]


FILTERED = (
    r'curl "http://hostname/api/v1.0/jobs?filter\[function.name\]\[contains\]=sync&filter_jobresult=config"',
    # With -g the backslashes reach the server.
    r'curl -g "http://hostname/api/v1.0/jobs?filter\[function.name\]\[contains\]=sync&filter_jobresult=config"',
)


@pytest.mark.parametrize("line", FILTERED)
def test_specific_jobs_and_parts_of_their_results_are_filtered_out(shell: Shell, make_job: MakeJob, line: str) -> None:
    make_job()
    tasks = [
        {"diff": "", "failed": False, "result": None, "task_name": "push_sync_device"},
        {"diff": "", "failed": False, "result": "hostname eosdist\n...", "task_name": "Generate device config"},
        {"diff": "@@ -16,8 +16,6 @@\n +...", "failed": False, "result": None, "task_name": "Sync device config"},
    ]
    result = {"devices": {"eosdist": {"failed": False, "job_tasks": tasks}}}
    made = make_job(action="sync_devices", parameters={"dry_run": False}, status=Status.DONE, result=result)
    [found] = listed(shell, line)
    assert found["id"] == made.pk
    assert found["result"]["devices"]["eosdist"]["job_tasks"] == [tasks[0], tasks[2]]


def test_it_is_also_possible_to_query_a_single_job_by_job_id(shell: Shell, make_job: MakeJob) -> None:
    make_job(id=5)
    [found] = listed(shell, "curl http://hostname/api/v1.0/job/5")
    assert found["id"] == 5


ABORT = """curl http://hostname/api/v1.0/job/5 -X PUT -d '{"action": "ABORT"}' -H "Content-Type: application/json\""""


def test_to_abort_a_scheduled_job_send_a_request_like_this(shell: Shell, make_job: MakeJob) -> None:
    make_job(id=5)
    [found] = listed(shell, ABORT)
    assert (found["id"], found["status"]) == (5, "ABORTED")
    assert found["result"] == {"message": "Aborted via API call (aborted by operator)"}


def test_you_can_also_send_the_request_to_a_running_job(shell: Shell, make_job: MakeJob) -> None:
    make_job(id=5, status=Status.RUNNING)
    [found] = listed(shell, ABORT)
    assert (found["id"], found["status"]) == (5, "ABORTING")


CLEAR = (
    """curl http://hostname/api/v1.0/joblocks -X DELETE -d '{"name": "devices"}' -H "Content-Type: application/json\""""
)


def test_list_current_locks_and_clear_one_manually(shell: Shell, make_job: MakeJob, make_worker: MakeWorker) -> None:
    gone = make_worker(lease_until=timezone.now() - timedelta(minutes=1))
    job = make_job(status=Status.RUNNING, worker=gone)
    lock = LockName.objects.create(name="devices", fence=1)
    JobLock.objects.create(lock=lock, job=job, mode="exclusive", fence=1, acquired_at=NOON)
    [found] = json.loads(shell.run("curl http://hostname/api/v1.0/joblocks"))["data"]["locks"]
    assert (found["job_id"], found["name"], found["abort"]) == (job.pk, "devices", False)
    assert json.loads(shell.run(CLEAR)) == {"status": "success", "data": {"name": "devices", "status": "deleted"}}
    assert not JobLock.objects.exists()


def test_jobs_can_only_be_retrieved_by_the_jobs_api_they_are_started_by_device_syncto(shell: Shell) -> None:
    post = """-X POST -d '{"hostname": "eosdist"}' -H "Content-Type: application/json\""""
    refused = json.loads(shell.run(f"curl http://hostname/api/v1.0/jobs {post}"))
    assert refused["status"] == "error"
    assert refused["message"].startswith("Jobs can not be started here: use /device_syncto")
    started = json.loads(shell.run(f"curl http://hostname/api/v1.0/device_syncto {post}"))
    assert Job.objects.get(pk=started["job_id"]).action == "sync_devices"
