"""/api/docs in a real browser: every operation is shown, under a policy without exceptions, for who has no login."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.api.operations import OPERATIONS
from tests.browser.conftest import LogIn
from tests.browser.looks import each_look


@pytest.mark.parametrize("dialect", ["v0", "v1.0"])
def test_every_operation_is_shown_in_each_look(dialect: str, page: Page, live_server: LiveServer) -> None:
    number = len([operation for operation in OPERATIONS if operation.dialect == dialect])
    for _ in each_look(page, f"{live_server.url}/api/docs/{dialect}", f"api-docs-{dialect}"):
        expect(page.locator(".opblock")).to_have_count(number)
    expect(page).to_have_title(f"/api/{dialect} | jobsite")


def test_the_other_dialect_is_a_click_away(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/api/docs")
    page.get_by_role("link", name="/api/v1.0").click()
    expect(page.get_by_text("/api/v1.0/joblocks").first).to_be_visible()


def test_who_is_logged_in_can_try_what_changes_something(log_in: LogIn, live_server: LiveServer) -> None:
    """The session's CSRF token goes along."""
    page = log_in("operator")
    # Swagger UI draws an operation in seconds on a busy machine.
    page.set_default_timeout(30_000)
    page.goto(f"{live_server.url}/api/docs/v0")
    block = page.locator("#operations-jobs-jobs_submit")
    block.locator(".opblock-summary-control").click()
    block.get_by_role("button", name="Try it out").click()
    block.locator("textarea").fill('{"action": "noop"}')
    with page.expect_response(f"{live_server.url}/api/v0/jobs") as asked:
        block.get_by_role("button", name="Execute").click()
    assert asked.value.status == 202
    expect(block.locator(".live-responses-table tbody .response-col_status")).to_contain_text("202")
