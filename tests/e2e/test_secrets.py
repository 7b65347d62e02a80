"""A job with a secret, run by a real worker: the value is nowhere that anybody could read it."""

import base64
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from jobs.models import AuditEvent, Cron, Job
from jobs.states import Status
from tests.e2e.conftest import RunWorker, wait_status
from tests.engine.stored import rows_as_text

pytestmark = pytest.mark.slow
VALUE = "hunter2/correct+horse"
ENCODED = [
    VALUE,
    quote(VALUE, safe=""),
    VALUE.encode().hex(),
    *(base64.b64encode(b"x" * before + VALUE.encode()).decode()[4:-4] for before in range(3)),
]


@pytest.fixture
def person(transactional_db: None) -> Client:
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


def _submit(person: Client, **fields: object) -> Job:
    answer = person.post("/api/v0/jobs", fields, content_type="application/json")
    assert answer.status_code == 202, answer.content
    assert VALUE not in answer.content.decode()
    return Job.objects.get(uuid=answer.json()["id"])


def _pages(person: Client, jobs: list[Job]) -> Iterator[tuple[str, str]]:
    events = AuditEvent.objects.values_list("pk", flat=True)
    addresses = [
        "/api/v0/jobs",
        "/api/v0/crons",
        "/api/v1.0/jobs",
        "/api/v1.0/joblocks",
        "/admin/",
        "/admin/jobs/cron/",
        f"/admin/jobs/cron/{Cron.objects.get().pk}/change/",
        f"/api/v0/jobs?q={quote(VALUE, safe='')}",
        "/api/v0/actions",
        "/admin/jobs/job/",
        "/admin/jobs/auditevent/",
        *(f"/admin/jobs/auditevent/{pk}/change/" for pk in events),
    ]
    for job in jobs:
        addresses += [f"/api/v0/jobs/{job.uuid}{part}" for part in ("", "/detail", "/result", "/waiting", "/logs")]
        addresses += [f"/api/v1.0/job/{job.pk}"]
        addresses += [f"/admin/jobs/job/{job.pk}/change/", f"/admin/jobs/joblog/?job__id__exact={job.pk}"]
    for address in addresses:
        response = person.get(address, follow=True)
        assert response.status_code == 200, address
        yield address, response.getvalue().decode()


def _commands() -> Iterator[tuple[str, str]]:
    """What `ps` shows of every process."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield str(path), path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue


def test_it_is_in_no_row_page_log_or_command(run_worker: RunWorker, person: Client) -> None:
    worker = run_worker("--slots", "1")
    secret = {"password": VALUE}
    follower = {"action": "test_log_in", "parameters": secret}
    done = _submit(person, action="test_log_in", parameters={**secret, "user": "ann"}, next=follower)
    broken = _submit(person, action="test_log_in", parameters={**secret, "user": "broken"}, retries=1)
    cron = {"name": "nightly", "schedule": "@daily", **follower}
    assert person.post("/api/v0/crons", cron, content_type="application/json").status_code == 202
    program = _submit(person, action="test_secret_program", parameters=secret)
    wait_status(done, Status.DONE)
    wait_status(broken, Status.ERRORED)
    wait_status(program, Status.ERRORED)
    retry = wait_status(Job.objects.get(retry_from=broken), Status.ERRORED)
    jobs = [done, broken, program, retry]
    places = [*rows_as_text(), *_pages(person, jobs), *_commands(), ("worker", worker.log.read_text())]
    assert [(place, form) for place, text in places for form in ENCODED if form in text] == []
    # They all spoke of it.
    log = person.get(f"/api/v0/jobs/{done.uuid}/logs").json()
    assert [line["data"] for line in log[:2]] == ["***", "Authorization: Basic " + log[1]["data"].split()[-1]]
    assert "***" in log[1]["data"]
    assert done.result is not None
    assert done.result["password"] == "***"
    assert broken.exception is not None
    assert broken.exception["message"] == "('*** is wrong', '***')"
    assert person.get(f"/api/v0/jobs/{program.uuid}/logs").json()[0]["data"] == "got ***"
    written = worker.log.read_text()
    assert "logging in with *** password=***" in written
    assert "printed ***" in written
    assert "complained ***" in written
    # A thread's error, with its traceback.
    assert "ValueError: invalid literal for int() with base 10: '***'" in written


def test_it_is_found_by_no_search(person: Client) -> None:
    _submit(person, action="test_log_in", parameters={"password": VALUE, "user": "ann"})
    assert len(person.get("/api/v0/jobs?parameters.user=ann").json()["jobs"]) == 1
    for query in ("parameters.password=", "q="):
        for value in (VALUE, "***", '{"$sealed"'):
            found = person.get(f"/api/v0/jobs?{query}{quote(value, safe='')}").json()["jobs"]
            assert found == [], (query, value)


def test_what_is_wrong_with_it_is_said_without_it(person: Client) -> None:
    for parameters in ({"password": [VALUE]}, {"password": VALUE, "user": 1}):
        answer = person.post(
            "/api/v0/jobs", {"action": "test_log_in", "parameters": parameters}, content_type="application/json"
        )
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["detail"]["field"].startswith("parameters.")
        assert VALUE not in answer.content.decode()
