"""An operator of the benchmark's site, and the headers of each way to log in."""

import secrets
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.test import Client

from jobsite.access.tokens import issue_token

NAME = "bench-operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Logins:
    all: Mapping[str, Mapping[str, str]]

    @property
    def bearer(self) -> Mapping[str, str]:
        return self.all["bearer"]


def make_logins() -> Logins:
    """By roles, as people have them: a superuser's permissions cost no query."""
    password = secrets.token_urlsafe(20)
    User.objects.filter(username=NAME).delete()
    user = User.objects.create_user(NAME, password=password, is_staff=True)
    user.groups.add(Group.objects.get(name="operator"))
    token = issue_token(user, name="bench")
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return Logins(
        all={
            "basic_password": {"Authorization": _basic(password)},
            "basic_token": {"Authorization": _basic(token)},
            "bearer": {"Authorization": f"Bearer {token}"},
            "session": {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"},
        }
    )


def _basic(secret: str) -> str:
    return "Basic " + b64encode(f"{NAME}:{secret}".encode()).decode()
