"""Web pages of other origins."""

from typing import Any

import pytest
from django.test import Client

from tests.api.conftest import MakeJob
from tests.api_v1.conftest import ROOT

CONSOLE = "https://console.example"
ASKING = {"Origin": CONSOLE, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}


def test_it_is_off_unless_origins_are_configured(client: Client) -> None:
    response = client.get(f"{ROOT}/jobs", headers={"Origin": CONSOLE})
    assert not [name for name in response.headers if name.startswith("Access-Control")]
    assert client.options(f"{ROOT}/jobs", headers=ASKING).status_code == 405


@pytest.fixture
def _configured(settings: Any) -> None:
    settings.CORS_ORIGINS = [CONSOLE]


@pytest.mark.usefixtures("_configured")
def test_a_configured_origin_reads_pages_and_never_sends_cookies(client: Client, make_job: MakeJob) -> None:
    make_job()
    response = client.get(f"{ROOT}/jobs", headers={"Origin": CONSOLE})
    assert response.status_code == 200
    assert response["Access-Control-Allow-Origin"] == CONSOLE
    assert response["Access-Control-Expose-Headers"] == "Link, X-Total-Count"
    assert "Access-Control-Allow-Credentials" not in response
    assert "Origin" in response["Vary"]


@pytest.mark.usefixtures("_configured")
def test_a_preflight_needs_no_login(db: None) -> None:
    response = Client().options(f"{ROOT}/job/1", headers=ASKING)
    assert (response.status_code, response.content) == (204, b"")
    assert response["Access-Control-Allow-Headers"] == "authorization, content-type"
    assert {"GET", "PUT", "POST", "DELETE"} <= set(response["Access-Control-Allow-Methods"].split(", "))


@pytest.mark.usefixtures("_configured")
def test_errors_can_be_read_too(db: None) -> None:
    response = Client().get(f"{ROOT}/jobs", headers={"Origin": CONSOLE})
    assert (response.status_code, response["Access-Control-Allow-Origin"]) == (401, CONSOLE)


@pytest.mark.usefixtures("_configured")
def test_other_origins_and_other_addresses_get_nothing(client: Client) -> None:
    for path, origin in (
        (f"{ROOT}/jobs", "https://evil.example"),
        ("/api/v0/jobs", CONSOLE),
        ("/admin/login/", CONSOLE),
    ):
        response = client.get(path, headers={"Origin": origin})
        assert not [name for name in response.headers if name.startswith("Access-Control")]
    assert client.options(f"{ROOT}/jobs", headers={**ASKING, "Origin": "https://evil.example"}).status_code == 405
