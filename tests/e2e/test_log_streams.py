"""Logs that are followed, through gunicorn as `up` starts it, by curl -N."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from jobs.engine.actor import Actor
from jobs.engine.cancel import cancel
from jobs.models import Job, JobLog
from jobsite.access.tokens import issue_token
from jobsite.api.v0.log_stream import MOST
from tests.e2e.conftest import Submit, wait_until
from tests.e2e.web import Web, running_web

pytestmark = [pytest.mark.slow, pytest.mark.curl]
BY = Actor(dialect="cli")


@pytest.fixture
def web(transactional_db: None, tmp_path: Path) -> Iterator[Web]:
    with running_web(tmp_path / "web.log") as web:
        yield web


@pytest.fixture
def login(transactional_db: None) -> dict[str, str]:
    user = User.objects.create(username="ann", is_superuser=True)
    return {"Authorization": f"Bearer {issue_token(user, name='test')}"}


class Curl:
    """`curl -N` on a log, and what it has printed so far."""

    def __init__(self, web: Web, login: dict[str, str], job: Job, out: Path, *, offset: int = 0) -> None:
        self.out = out
        header = f"Authorization: {login['Authorization']}"
        url = f"{web.url}/api/v0/jobs/{job.uuid}/logs?stream=true&offset={offset}"
        with out.open("wb") as file:
            self.process = subprocess.Popen(
                ["/usr/bin/curl", "-sSN", "-w", "%{http_code}", "-H", header, url],
                stdout=file,
                stderr=file,
            )

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.read_text().split("\n")[:-1] if line]

    @property
    def code(self) -> str:
        """After its end: the answer's status."""
        assert self.process.wait(30) == 0, self.out.read_text()
        return self.out.read_text()[-3:]

    def saw(self, *numbers: int) -> bool:
        return [line.get("lineNum") for line in self.lines] == list(numbers)


@pytest.fixture
def follow(web: Web, login: dict[str, str], tmp_path: Path) -> Iterator[Any]:
    opened: list[Curl] = []

    def start(job: Job, **more: int) -> Curl:
        opened.append(Curl(web, login, job, tmp_path / f"curl{len(opened)}", **more))
        return opened[-1]

    yield start
    for curl in opened:
        curl.process.kill()
        curl.process.wait()


def log(job: Job, number: int) -> None:
    JobLog.objects.create(job=job, line_number=number, data=f"line {number}")


def test_six_follow_at_once_and_starve_nobody(web: Web, login: dict[str, str], submit: Submit, follow: Any) -> None:
    job = submit()
    log(job, 0)
    six = [follow(job) for _ in range(MOST)]
    wait_until(lambda: all(curl.saw(0) for curl in six))
    # Of the six none holds a connection between its looks.
    wait_until(lambda: _connections() == 0)
    seventh = follow(job)
    assert seventh.code == "429"
    assert seventh.process.returncode == 0
    assert '"TOO_MANY_REQUESTS"' in seventh.out.read_text()
    # Others are served: one process has all six in the worst case.
    assert {web.get("/api/v0/jobs", login) for _ in range(20)} == {200}
    # Whoever goes leaves the place at once.
    six[0].process.kill()
    six[0].process.wait()
    wait_until(lambda: web.get(f"/api/v0/jobs/{job.uuid}/logs?stream=true", login) == 200, patience=5)
    log(job, 1)
    wait_until(lambda: all(curl.saw(0, 1) for curl in six[1:]), patience=5)
    cancel(job.uuid, by=BY)
    for curl in six[1:]:
        assert curl.code == "200"
        assert curl.out.read_text().endswith('{"status":"canceled"}\n200')


def test_a_stop_of_the_server_ends_them_with_where_to_go_on(web: Web, submit: Submit, follow: Any) -> None:
    job = submit()
    log(job, 0)
    log(job, 1)
    curl = follow(job, offset=1)
    wait_until(lambda: curl.saw(1))
    web.process.terminate()
    # It does not wait for the time of grace to be cut.
    curl.process.wait(4)
    assert curl.code == "200"
    [_, end] = [line for line in curl.out.read_text().removesuffix("200").split("\n") if line]
    assert json.loads(end) == {"status": "waiting", "reconnect": True, "offset": 2}
    assert web.process.wait(30) == 0


def _connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])
