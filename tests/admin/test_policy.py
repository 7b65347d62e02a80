"""Every answer says what a page may load; where the header is missing, a browser would allow everything."""

import pytest
from pytest_django import Settings

from jobsite.console.policy import POLICY
from tests.admin.conftest import Browser


@pytest.mark.parametrize(
    "url", ["/admin/", "/admin/login/", "/admin/gone/", "/admin/jobs/job/", "/healthz", "/api/v0/jobs"]
)
def test_every_answer_carries_the_policy(url: str, browser: Browser) -> None:
    for who in ("superuser", "anonymous"):
        assert browser(who).get(url).headers["Content-Security-Policy"] == POLICY


def test_the_policy_allows_nothing_inline_and_no_frame() -> None:
    rules = dict(rule.split(" ", 1) for rule in POLICY.split("; "))
    assert "unsafe-inline" not in POLICY
    assert (rules["default-src"], rules["frame-ancestors"], rules["base-uri"]) == ("'none'", "'none'", "'none'")
    assert {rules[name] for name in ("style-src", "connect-src", "font-src", "form-action")} == {"'self'"}


def test_only_djangos_error_pages_for_developers_go_without(browser: Browser, settings: Settings) -> None:
    settings.DEBUG = True
    client = browser("superuser")
    assert "Content-Security-Policy" not in client.get("/gone").headers
    assert client.get("/admin/").headers["Content-Security-Policy"] == POLICY
