"""What the theme makes for each row of a list is made once, and is what the theme would have made."""

from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import reverse
from pytest_django.asserts import assertHTMLEqual
from unfold.admin import checkbox

from jobsite.console.base import once
from tests.admin.conftest import Browser, make_job

JOBS = reverse("admin:jobs_job_changelist")


def test_a_rows_box_is_the_themes_own() -> None:
    ours, theirs = once.select_box(17), checkbox.render(ACTION_CHECKBOX_NAME, "17")
    assertHTMLEqual(ours, theirs)


def test_headers_are_made_once_for_a_list(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    make = once._make_headers

    def made(shown: Any) -> Any:
        asked.append(shown)
        return make(shown)

    monkeypatch.setattr(once, "_make_headers", made)
    for _ in range(3):
        make_job()
    page = browser("operator").get(JOBS).content.decode()
    assert len(asked) == 1
    assert page.count(f'name="{ACTION_CHECKBOX_NAME}"') == 3
    # On a narrow page each cell says its column.
    assert page.lower().count('data-label="status"') == 3
