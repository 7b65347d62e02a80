"""Crons that are run, enabled and disabled from the admin, each after a page that asks."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from jobs.models import AuditEvent, Cron, Job
from tests.admin.conftest import Browser
from tests.admin.cron_rows import LIST, events, make_cron, page

pytestmark = pytest.mark.slow


def _choose(browser: Browser, who: str, action: str, *crons: Cron) -> Any:
    """From the list to the page that asks, and its answer."""
    chosen = {"action": action, "_selected_action": [str(cron.pk) for cron in crons]}
    asked = browser(who).post(LIST, chosen)
    if asked.status_code != 302 or "id=" not in asked.headers["Location"]:
        return asked
    url = asked.headers["Location"]
    shown = browser(who).get(url)
    assert "Reason" in shown.content.decode()
    return browser(who).post(url, {"id": [cron.pk for cron in crons], "reason": "for a test"}, follow=True)


def test_chosen_crons_are_disabled_and_enabled(browser: Browser) -> None:
    cron, other = make_cron(), make_cron(name="other")
    _choose(browser, "admin", "disable_crons", cron)
    assert set(Cron.objects.values_list("name", "enabled")) == {("nightly", False), ("other", True)}
    _choose(browser, "admin", "enable_crons", cron, other)
    cron.refresh_from_db()
    assert cron.enabled
    assert cron.next_run_at is not None
    assert cron.next_run_at > timezone.now()
    assert events() == [("disable", "nightly", "admin", "admin"), ("enable", "nightly", "admin", "admin")]
    assert set(AuditEvent.objects.values_list("reason", flat=True)) == {"for a test"}


def test_an_operator_runs_a_cron_now_and_changes_none(browser: Browser) -> None:
    cron = make_cron()
    answer = _choose(browser, "operator", "run_crons", cron)
    job = Job.objects.get()
    assert f'href="{reverse("admin:jobs_job_change", args=[job.pk])}"' in answer.content.decode()
    assert (job.cron_id, job.cron_due_at, job.scheduled_by) == (cron.pk, None, "operator")
    _choose(browser, "operator", "disable_crons", cron)
    assert Cron.objects.get().enabled
    _choose(browser, "auditor", "run_crons", cron)
    assert Job.objects.count() == 1
    assert events() == [("run", "nightly", "operator", "admin")]


def test_a_run_that_is_refused_says_why(browser: Browser) -> None:
    answer = _choose(browser, "operator", "run_crons", make_cron(action="gone"))
    assert "no action &#x27;gone&#x27; is registered" in answer.content.decode()
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("verb", "allowed"), [("run", {"operator", "admin"}), ("enable", {"admin"}), ("disable", {"admin"})]
)
def test_a_verb_is_shown_to_those_who_may_and_refused_to_others(browser: Browser, verb: str, allowed: set[str]) -> None:
    cron = make_cron(enabled=verb != "enable")
    url = f"{reverse(f'admin:jobs_cron_{verb}')}?id={cron.pk}"
    for who in ("auditor", "operator", "admin"):
        assert (f'href="{url}"' in browser(who).get(page(cron)).content.decode()) == (who in allowed)
        asked = browser(who).get(url)
        assert asked.status_code == (200 if who in allowed else 403)
        forced = browser(who).post(url, {"id": cron.pk, "reason": ""})
        # Without a reason it asks again.
        assert forced.status_code == (200 if who in allowed else 403)
    assert not AuditEvent.objects.exists()


def test_a_verb_over_crons_that_are_gone_is_not_found(browser: Browser) -> None:
    for sent in ("", "?id=1", "?id=x", "?id=99999999999999999999"):
        assert browser("admin").get(reverse("admin:jobs_cron_run") + sent).status_code == 404
