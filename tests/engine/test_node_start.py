"""A worker's start: the lease that registering gave is renewed before anything is judged by it."""

import math
import subprocess
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from django.conf import settings

from jobs.runner import bell, lease
from jobs.runner.bootstep import NodeStep
from jobs.runner.node import Node
from tests.engine.conftest import NewWorker


@pytest.fixture
def idle() -> Iterator[subprocess.Popen[bytes]]:
    """A process of the pool that has just been made."""
    with subprocess.Popen(["sleep", "600"]) as process:  # noqa: S607
        yield process
        process.kill()


@pytest.fixture
def nearly_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most of the lease went by while the pool was forked."""
    monkeypatch.setattr(lease, "_ends_at", SimpleNamespace(value=math.inf))
    lease.renewed(lease.now() - settings.LEASE.total_seconds() + 0.1, settings.LEASE)


@pytest.mark.usefixtures("nearly_over")
def test_a_pool_that_was_slow_to_start_is_not_killed(
    idle: subprocess.Popen[bytes], new_worker: NewWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Node, "start", lambda _: None)
    monkeypatch.setattr(NodeStep, "identity", new_worker({"scan": 1}), raising=False)
    monkeypatch.setattr(NodeStep, "grace_seconds", 1.0, raising=False)
    for name in ("look_soon", "pass_on"):
        monkeypatch.setattr(bell, name, getattr(bell, name))
    pool = SimpleNamespace(_pool=SimpleNamespace(_pool=[SimpleNamespace(pid=idle.pid)]))
    worker: Any = Mock(pool=pool)
    NodeStep(worker).start(worker)
    node: Node = worker.jobsite_node
    node._guard.look()
    assert lease.left() > settings.LEASE.total_seconds() / 2
    assert not node._guard._condemned
    assert idle.poll() is None
    node._known.session.reset()
