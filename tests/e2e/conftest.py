"""Real worker processes on the test's own database and broker."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from celery import current_app
from django.conf import settings

from benchmarks.way import Way
from jobs.engine.actor import Actor
from jobs.engine.classes import forget_classes
from jobs.engine.enqueue import enqueue
from jobs.engine.submission import Submission
from jobs.models import Job
from jobs.runner.descendants import kill_tree
from jobsite.home import BASE_DIR
from tests.brokers.fixtures import broker, broker_servers  # noqa: F401 - fixtures of these tests
from tests.e2e import actions as _actions  # noqa: F401 - this process must know them too
from workers.models import Worker

PATIENCE_SECONDS = 30
RunWorker = Callable[..., "RunningWorker"]
Submit = Callable[..., Job]


class RunningWorker:
    """A `manage.py worker` process and what it writes."""

    def __init__(self, name: str, options: list[str], log: Path, far: Way | None) -> None:
        self.name = name
        self.log = log
        enter, urls = (far.enter, far.environ) if far else ((), {})
        command = [*enter, sys.executable, "manage.py", "worker", "--name", name, "--grace", "2", *options]
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                command, cwd=BASE_DIR, env={**process_environ(), **urls}, stdout=out, stderr=subprocess.STDOUT
            )

    def wait_ready(self) -> None:
        """Until its consumer reads its queues."""
        wait_until(lambda: "ready." in self.log.read_text() or self.process.poll() is not None)
        assert self.process.poll() is None, self.log.read_text()
        wait_until(lambda: Worker.objects.filter(name=self.name, state="running").exists())

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE_SECONDS)

    def end(self) -> None:
        """At once, with all that it has forked; how a worker stops in order takes seconds, and has tests of its own."""
        if self.process.poll() is None:
            assert kill_tree(self.process.pid, patience=PATIENCE_SECONDS)
            self.process.wait(PATIENCE_SECONDS)


def process_environ() -> dict[str, str]:
    """Of every process that these tests start."""
    return {**os.environ, "DATABASE_URL": test_database_url(), "JOBSITE_APPS": "examples,tests.e2e"}


def test_database_url() -> str:
    """The test database, as another process names it."""
    database = settings.DATABASES["default"]
    return (
        f"postgres://{quote(database['USER'])}:{quote(database['PASSWORD'])}@{quote(database['HOST'], safe='')}"
        f":{database.get('PORT') or 5432}/{database['NAME']}"
    )


test_database_url.__test__ = False  # type: ignore[attr-defined]


def wait_until(condition: Callable[[], Any], *, patience: float = PATIENCE_SECONDS) -> None:
    """Ask again and again until it holds; never longer than `patience` seconds."""
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.01)


def wait_status(job: Job, *statuses: str, patience: float = PATIENCE_SECONDS) -> Job:
    """Until the job is in one of these."""

    def arrived() -> bool:
        job.refresh_from_db()
        return job.status in statuses

    wait_until(arrived, patience=patience)
    return job


def broker_pid() -> int:
    """The broker's process, to be held."""
    with current_app.connection_for_read() as connection:
        channel: Any = connection.default_channel
        info: dict[str, Any] = channel.client.info("server")
    return int(info["process_id"])


@pytest.fixture(autouse=True)
def _fresh_classes(transactional_db: None) -> Iterator[None]:
    forget_classes()
    yield
    forget_classes()


@pytest.fixture
def run_worker(transactional_db: None, tmp_path: Path) -> Iterator[RunWorker]:
    running: list[RunningWorker] = []

    def make(*options: str, name: str = "w1", far: Way | None = None) -> RunningWorker:
        worker = RunningWorker(name, list(options), tmp_path / f"{name}-{len(running)}.log", far)
        running.append(worker)
        worker.wait_ready()
        return worker

    yield make
    for worker in running:
        worker.end()


@pytest.fixture
def submit() -> Submit:
    def make(action: str = "noop", capacity: dict[str, int] | None = None, **fields: Any) -> Job:
        by = Actor(dialect="cli", user="ada")
        return enqueue(Submission(action=action, capacity_map=capacity, **fields), by=by)

    return make
