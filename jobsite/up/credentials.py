"""The first login: user `admin` and an API token, in JOBSITE_HOME/credentials."""

import os
import secrets
import shlex
from datetime import UTC, datetime

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import transaction

from jobs.cli.person import at_shell
from jobs.engine.audit import audit
from jobsite.access.tokens import find_token, issue_token
from jobsite.up.paths import Paths, write_private

NAME = "admin"


def ensure(paths: Paths, url: str) -> None:
    """Make what is missing; a shell can read the file with `.`, so tests and scripts need no parser."""
    known = _read(paths)
    user, password = _user()
    values = {
        "URL": url,
        "LOGIN": NAME,
        "PASSWORD": password or known.get("PASSWORD") or "",
        "TOKEN": _token(user, known.get("TOKEN", "")),
    }
    if values != known:
        write_private(paths.credentials, "".join(f"{key}={shlex.quote(value)}\n" for key, value in values.items()))


@transaction.atomic
def _user() -> tuple[User, str | None]:
    """The password only where this call has set it."""
    wanted = os.environ.get("JOBSITE_ADMIN_PASSWORD")
    user, created = get_user_model().objects.get_or_create(
        username=NAME, defaults={"is_staff": True, "is_superuser": True}
    )
    if not created and (not wanted or user.check_password(wanted)):
        return user, wanted
    password = wanted or secrets.token_urlsafe(18)
    user.set_password(password)
    user.save(update_fields=["password"])
    after = {"is_superuser": True} if created else {"fields": ["password"]}
    audit("create" if created else "change", by=at_shell("up"), object_type="user", object_id=NAME, after=after)
    return user, password


@transaction.atomic
def _token(user: User, known: str) -> str:
    """Without an end: it lies beside the database's own password, and what stops working after months is worse."""
    if known and find_token(known):
        return known
    name = f"manage.py up, {datetime.now(UTC):%Y-%m-%d %H:%M:%S}"
    audit("issue_token", by=at_shell("up"), object_type="token", object_id=f"{NAME}/{name}")
    return issue_token(user, name=name, expires_in=None)


def _read(paths: Paths) -> dict[str, str]:
    try:
        text = paths.credentials.read_text()
    except FileNotFoundError:
        return {}
    return dict(word.split("=", 1) for word in shlex.split(text) if "=" in word)
