"""Nothing that the engine owns can be added, changed or deleted here, whoever asks and however."""

from typing import Any

import pytest
from django.db.models import Model
from django.forms import model_to_dict
from django.urls import reverse

from jobs.models import Job
from tests.admin.conftest import Browser
from tests.admin.pages import ENGINE_OWNS, list_page, page

pytestmark = pytest.mark.slow

# Crons and configs are written by people, through the engine's verbs.
READ_ONLY = [kind for kind in ENGINE_OWNS if kind not in {"jobs.cron", "jobs.actionconfig"}]
EVERYONE = ["superuser", "admin", "auditor"]


def _now(row: Model) -> dict[str, Any]:
    return model_to_dict(type(row)._default_manager.get(pk=row.pk))


@pytest.mark.parametrize("who", EVERYONE)
@pytest.mark.parametrize("kind", READ_ONLY)
def test_a_forced_change_is_refused(kind: str, who: str, browser: Browser, rows: dict[str, Model]) -> None:
    before = _now(rows[kind])
    posted = dict.fromkeys(before, "1") | {"_save": "Save"}
    assert browser(who).post(page(kind, rows), posted).status_code == 403
    assert _now(rows[kind]) == before


@pytest.mark.parametrize("who", EVERYONE)
@pytest.mark.parametrize("kind", READ_ONLY)
def test_nothing_can_be_added(kind: str, who: str, browser: Browser, rows: dict[str, Model]) -> None:
    url = reverse(f"admin:{kind.replace('.', '_')}_add")
    assert browser(who).get(url).status_code == 403
    assert browser(who).post(url, {"name": "x"}).status_code == 403
    assert browser(who).post(page(kind, rows), {"_saveasnew": "1"}).status_code == 403
    assert type(rows[kind])._default_manager.count() == 1


@pytest.mark.parametrize("who", EVERYONE)
@pytest.mark.parametrize("kind", READ_ONLY)
def test_nothing_can_be_deleted(kind: str, who: str, browser: Browser, rows: dict[str, Model]) -> None:
    client = browser(who)
    assert client.post(page(kind, rows, "delete"), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [str(rows[kind].pk)], "post": "yes"}
    client.post(list_page(kind, rows), chosen)
    assert type(rows[kind])._default_manager.filter(pk=rows[kind].pk).exists()


def test_the_page_offers_no_button_that_changes(browser: Browser, rows: dict[str, Model]) -> None:
    shown = browser("superuser").get(page("jobs.job", rows)).content.decode()
    assert 'name="_save"' not in shown
    assert reverse("admin:jobs_job_delete", args=[rows["jobs.job"].pk]) not in shown


def test_an_account_with_jobs_can_go_and_its_jobs_stay(browser: Browser, rows: dict[str, Model]) -> None:
    browser("outsider")
    client = browser("superuser")
    user = client.get(reverse("admin:auth_user_changelist")).context["cl"].queryset.get(username="outsider")
    Job.objects.update(scheduled_by="outsider")
    client.post(reverse("admin:auth_user_delete", args=[user.pk]), {"post": "yes"})
    assert Job.objects.get().scheduled_by == "outsider"
