"""The site in this process, on the test's own transaction, with rows to find and somebody of each role to ask."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from jobsite.access import failures
from jobsite.access.tokens import issue_token
from tests.api.conftest import MakeJob, MakeWorker, _fresh_classes, make_job, make_worker  # noqa: F401 - fixtures
from tests.api.known import Known, known_rows

Headers = dict[str, str]
LogIn = Callable[[str], Headers]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them: only the slow part of `bin/test` collects this folder."""
    for item in items:
        if "tests/fuzz/" in item.nodeid:
            item.add_marker("slow")


@pytest.fixture(autouse=True)
def _in_process(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # PBKDF2 for each wrong password would outlast the limits of a web request.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setattr(failures, "LIMIT", 1_000_000)
    signals = (request_started, request_finished)
    # Django's own test client does so too: else the first request ends the connection, and with it all rows.
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def log_in(db: None) -> LogIn:
    """`log_in("operator")`: the header of a token of a member of that group; `nobody` is staff without a group."""

    @cache
    def make(role: str) -> Headers:
        user = User.objects.create(username=role, is_staff=True)
        user.groups.set(Group.objects.filter(name=role))
        return {"Authorization": f"Bearer {issue_token(user, name='test')}"}

    return make


@pytest.fixture
def known(make_job: MakeJob, make_worker: MakeWorker) -> Known:  # noqa: F811
    return known_rows(make_job, make_worker)
