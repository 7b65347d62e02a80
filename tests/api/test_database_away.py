"""A database that restarts: 503 with Retry-After in the dialect's envelope, for every operation and every login."""

import base64
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from jobsite.access.tokens import issue_token
from tests.api.bad import encoded
from tests.api.operations import OPERATIONS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
UNKNOWN = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def logins() -> dict[str, Client]:
    user = User.objects.create_superuser("root", password="a long word")
    token = issue_token(user, name="test")
    basic = base64.b64encode(f"root:{token}".encode()).decode()
    session = Client(raise_request_exception=False)
    session.force_login(user)
    return {
        "session": session,
        **{
            scheme: Client(raise_request_exception=False, headers={"Authorization": f"{scheme} {secret}"})
            for scheme, secret in (("Bearer", token), ("Basic", basic))
        },
    }


@pytest.fixture
def away(logins: dict[str, Client]) -> Iterator[None]:
    """Nothing listens where the database was: what a client meets while it restarts."""
    connection.close()
    known = dict(connection.settings_dict)
    connection.settings_dict.update(HOST="127.0.0.1", PORT="1")
    yield
    connection.close()
    connection.settings_dict.update(known)


@pytest.mark.parametrize("login", ["session", "Bearer", "Basic"])
def test_each_operation_asks_to_come_again(login: str, logins: dict[str, Client], away: None) -> None:
    wrong = []
    for operation in OPERATIONS:
        path = operation.at("1" if operation.dialect == "v1.0" else UNKNOWN)
        answer = logins[login].generic(operation.method, path, encoded(operation.body), content_type="application/json")
        if operation.is_public:
            assert answer.status_code == 200
        elif answer.status_code != 503 or not int(answer.get("Retry-After", "0")):
            wrong.append(f"{operation}: {answer.status_code}")
        elif operation.dialect == "v0":
            assert answer.json()["errors"][0]["code"] == "UNAVAILABLE"
        else:
            assert answer.json()["status"] == "error"
    assert not wrong, "\n".join(wrong)
