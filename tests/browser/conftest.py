"""A browser, its pages, and a server with a role's login; each page fails its test on what a person should not meet."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import TypeAlias

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.admin.conftest import Browser, browser, rows  # noqa: F401 - the same people and rows as without a browser
from tests.browser.watch import Watch
from tests.parts import BROWSERS

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LogIn: TypeAlias = Callable[[str], Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker("browser")
            item.add_marker("slow")


@pytest.fixture(scope="package")
def chromium() -> Iterator[Chromium]:
    """One process for all tests here."""
    path = next(filter(None, map(shutil.which, BROWSERS)))
    # Playwright keeps an event loop in this thread, where Django would then refuse to ask the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        process = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield process
        process.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def context(chromium: Chromium) -> Iterator[BrowserContext]:
    """Cookies and storage of one person, in the viewer's zone that no server here has."""
    made = chromium.new_context(viewport={"width": 1280, "height": 900}, timezone_id="Asia/Kolkata")
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def watch(context: BrowserContext, live_server: LiveServer) -> Iterator[Watch]:
    """`watch.forgive("403")` in a test that brings such an answer about."""
    made = Watch(context.new_page(), live_server.url)
    yield made
    made.assert_nothing_seen()


@pytest.fixture
def page(watch: Watch) -> Page:
    """Not logged in. Console errors, crashes of scripts, outside requests and refusals by the policy fail the test."""
    return watch.page


@pytest.fixture
def log_in(page: Page, live_server: LiveServer, browser: Browser) -> LogIn:  # noqa: F811
    """`log_in("operator")` is that page with the session of a member of the group, at the server's address."""

    def enter(who: str) -> Page:
        cookie = _session(browser(who))
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        return page

    return enter


def _session(client: Client) -> str:
    assert User.objects.filter(pk=client.session["_auth_user_id"]).exists()
    return client.cookies[settings.SESSION_COOKIE_NAME].value
