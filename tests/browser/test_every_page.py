"""Each page of the admin in every width and mode: no error, no outside request, no barrier, nothing cut off."""

import pytest
from django.db.models import Model
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from tests.admin.pages import ENGINE_OWNS, list_page
from tests.admin.pages import page as page_of
from tests.browser.conftest import LogIn
from tests.browser.looks import assert_accessible, each_look

OTHERS = (
    "index",
    "password_change",
    "jobs_cron_add",
    "access_accesstoken_changelist",
    "access_accesstoken_add",
    "auth_user_changelist",
    "auth_user_add",
    "auth_group_changelist",
    "auth_group_add",
    "django_celery_beat_periodictask_changelist",
    "django_celery_beat_periodictask_add",
    "django_celery_beat_intervalschedule_changelist",
    "django_celery_beat_crontabschedule_changelist",
    "django_celery_beat_crontabschedule_add",
    "django_celery_beat_solarschedule_changelist",
    "django_celery_beat_clockedschedule_changelist",
    "django_celery_beat_clockedschedule_add",
)


def _walk(who: LogIn, url: str, name: str) -> None:
    page = who("superuser")
    for look in each_look(page, url, name):
        if look.is_judged:
            assert_accessible(page)


@pytest.mark.parametrize("kind", ENGINE_OWNS)
def test_a_list(kind: str, log_in: LogIn, rows: dict[str, Model], live_server: LiveServer) -> None:
    _walk(log_in, live_server.url + list_page(kind, rows), f"{kind}-list")


@pytest.mark.parametrize("kind", ENGINE_OWNS)
def test_the_page_of_one(kind: str, log_in: LogIn, rows: dict[str, Model], live_server: LiveServer) -> None:
    _walk(log_in, live_server.url + page_of(kind, rows), f"{kind}-page")


@pytest.mark.parametrize("kind", sorted({*ENGINE_OWNS} - {"jobs.joblog"}))
def test_an_empty_list(kind: str, log_in: LogIn, live_server: LiveServer) -> None:
    url = reverse(f"admin:{kind.replace('.', '_')}_changelist")
    _walk(log_in, live_server.url + url, f"{kind}-empty")


@pytest.mark.parametrize("name", OTHERS)
def test_another_page(name: str, log_in: LogIn, live_server: LiveServer) -> None:
    _walk(log_in, live_server.url + reverse(f"admin:{name}"), name)


def test_the_login(log_in: LogIn, live_server: LiveServer) -> None:
    page = log_in("superuser")
    page.context.clear_cookies()
    for look in each_look(page, live_server.url + reverse("admin:login"), "login"):
        if look.is_judged:
            assert_accessible(page)
