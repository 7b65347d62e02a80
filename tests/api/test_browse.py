"""/api/docs: the descriptions as a page, for everyone, from our own files alone."""

import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from tests.admin.conftest import Browser, browser  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("dialect", ["v0", "v1.0"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_the_page_names_its_description_and_needs_no_login(dialect: str, slash: str) -> None:
    answer = Client().get(f"/api/docs/{dialect}{slash}")
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert f'data-url="/api/{dialect}/docs.json"' in shown
    assert f"<title>/api/{dialect} | jobsite</title>" in shown
    assert shown.count('aria-current="page"') == 1


def test_all_that_the_page_loads_is_a_static_file_of_ours() -> None:
    shown = Client().get("/api/docs/v0").content.decode()
    loaded = re.findall(r'(?:src|rel="stylesheet" href)="([^"]+)"', shown)
    assert len(loaded) == 5
    assert all(finders.find(address.removeprefix("/static/")) for address in loaded)
    assert not re.search(r"<script[^>]*>[^<]|<style| style=| on\w+=", shown)


def test_its_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    policy = Client().get("/api/docs/v0")["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/docs", "/api/docs/"])
def test_the_way_there(path: str) -> None:
    assert Client().get(path)["Location"] == "/api/docs/v0"


def test_the_admin_and_unknown_addresses_lead_there(browser: Browser) -> None:  # noqa: F811
    assert 'href="/api/docs/v0"' in browser("auditor").get("/admin/").content.decode()
    for dialect in ("v0", "v1.0"):
        assert f"/api/docs/{dialect}" in Client().get(f"/api/{dialect}/").content.decode()


def test_there_is_no_third_dialect() -> None:
    assert Client().get("/api/docs/v2").status_code == 404
