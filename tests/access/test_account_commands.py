"""manage.py createsuperuser and changepassword: Django's own, and a row in the audit that tells no password."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from jobs.cli.person import person
from jobs.models import AuditEvent
from jobsite.access import audited_command
from jobsite.up import credentials
from jobsite.up.paths import Paths

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PASSWORD = "correct horse: bättery"


def run(*words: str) -> None:
    call_command(*words, stdout=StringIO(), stderr=StringIO())


def rows() -> list[tuple[Any, ...]]:
    assert PASSWORD not in str(list(AuditEvent.objects.values_list()))
    assert {(row.dialect, row.user) for row in AuditEvent.objects.all()} <= {("cli", person())}
    return list(AuditEvent.objects.order_by("id").values_list("verb", "object_type", "object_id", "after"))


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda *_args, **_options: PASSWORD)


def test_a_superuser_that_is_made_is_audited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    run("createsuperuser", "--noinput", "--username=eve", "--email=eve@example.com")
    assert User.objects.get(is_superuser=True).check_password(PASSWORD)
    assert rows() == [("create", "user", "eve", {"is_superuser": True})]
    assert AuditEvent.objects.get().client.startswith("manage.py createsuperuser on ")


def test_a_changed_password_is_audited(typed: None) -> None:
    User.objects.create_user("ann")
    run("changepassword", "ann")
    assert User.objects.get().check_password(PASSWORD)
    assert rows() == [("change", "user", "ann", {"fields": ["password"]})]


def test_what_changes_nothing_is_no_row() -> None:
    with pytest.raises(CommandError):
        run("changepassword", "nobody")
    assert rows() == []


def test_what_can_not_be_audited_is_not_done(typed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.create_user("ann")

    def full(*_args: Any, **_options: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(audited_command, "audit", full)
    with pytest.raises(OSError, match="full"):
        run("changepassword", "ann")
    assert not User.objects.get().check_password(PASSWORD)


def test_the_first_superuser_and_its_token_are_audited_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBSITE_ADMIN_PASSWORD", PASSWORD)
    for _ in range(2):
        credentials.ensure(Paths(tmp_path), "http://localhost/")
    made, issued = rows()
    assert made == ("create", "user", "admin", {"is_superuser": True})
    assert issued[:2] == ("issue_token", "token")
    assert issued[2].startswith("admin/manage.py up, ")
    monkeypatch.setenv("JOBSITE_ADMIN_PASSWORD", "another")
    credentials.ensure(Paths(tmp_path), "http://localhost/")
    assert rows()[2:] == [("change", "user", "admin", {"fields": ["password"]})]
