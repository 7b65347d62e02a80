"""Everyone with a role sees every row; nobody else sees anything."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.urls import reverse

from tests.admin.conftest import Browser
from tests.admin.pages import ENGINE_OWNS, list_page, page

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("who", ["superuser", "auditor", "operator", "admin"])
@pytest.mark.parametrize("kind", ENGINE_OWNS)
def test_lists_and_pages_open_for_those_with_a_role(
    kind: str, who: str, browser: Browser, rows: dict[str, Model]
) -> None:
    client = browser(who)
    listed = client.get(list_page(kind, rows))
    assert listed.status_code == 200
    assert 'id="result_list"' in listed.content.decode()
    assert client.get(page(kind, rows)).status_code == 200


@pytest.mark.parametrize("kind", ENGINE_OWNS)
def test_staff_without_a_group_see_nothing(kind: str, browser: Browser, rows: dict[str, Model]) -> None:
    client = browser("staff")
    refused = client.get(list_page(kind, rows))
    assert refused.status_code == 403
    assert "one of the groups auditor" in refused.content.decode()
    assert client.get(page(kind, rows)).status_code == 403


@pytest.mark.parametrize("who", ["outsider", "anonymous"])
@pytest.mark.parametrize("kind", ENGINE_OWNS)
def test_others_are_sent_to_the_login(kind: str, who: str, browser: Browser, rows: dict[str, Model]) -> None:
    client = browser(who)
    for url in (list_page(kind, rows), page(kind, rows)):
        answer = client.get(url)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("admin:login"))


def test_the_sidebar_offers_only_what_one_may_see(browser: Browser) -> None:
    auditor = browser("auditor").get(reverse("admin:index")).content.decode()
    assert reverse("admin:jobs_job_changelist") in auditor
    assert reverse("admin:auth_user_changelist") not in auditor
    assert reverse("admin:access_accesstoken_changelist") in auditor
    assert reverse("admin:jobs_job_changelist") not in browser("staff").get(reverse("admin:index")).content.decode()


def test_a_person_comes_to_the_overview_after_logging_in(browser: Browser, django_user_model: type) -> None:
    django_user_model.objects.create_superuser("root", password="a long word")  # type: ignore[attr-defined]
    client = browser("anonymous")
    answer = client.post(reverse("admin:login"), {"username": "root", "password": "a long word"})
    assert answer.headers["Location"] == reverse("admin:index")


@pytest.mark.parametrize("kind", sorted({*ENGINE_OWNS} - {"jobs.joblog"}))
def test_an_empty_list_says_what_would_fill_it(kind: str, browser: Browser) -> None:
    text = admin.site._registry[apps.get_model(kind)].empty_text  # type: ignore[attr-defined]
    shown = browser("auditor").get(reverse(f"admin:{kind.replace('.', '_')}_changelist")).content.decode()
    assert text
    assert text in shown
