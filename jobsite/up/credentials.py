"""The first login: user `admin` and an API token, in JOBSITE_HOME/credentials."""

import os
import secrets
import shlex

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User

from jobsite.access.tokens import issue_token
from jobsite.up.paths import Paths, write_private

NAME = "admin"


def ensure(paths: Paths, url: str) -> None:
    """Make what is missing; a shell can read the file with `.`, so tests and scripts need no parser."""
    known = _read(paths)
    user, password = _user()
    values = {
        "URL": url,
        "USERNAME": NAME,
        "PASSWORD": password or known.get("PASSWORD") or "",
        "TOKEN": known.get("TOKEN") or issue_token(user, name="made by manage.py up"),
    }
    if values != known:
        write_private(paths.credentials, "".join(f"{key}={shlex.quote(value)}\n" for key, value in values.items()))


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
    return user, password


def _read(paths: Paths) -> dict[str, str]:
    try:
        text = paths.credentials.read_text()
    except FileNotFoundError:
        return {}
    return dict(word.split("=", 1) for word in shlex.split(text) if "=" in word)
