"""The audit trail in the admin: who, when, from where, what it changed; found, paged and taken along as CSV."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jobs.models import AuditEvent
from jobsite.console.audit.diff import LONGEST, MOST_LINES, diff_of
from jobsite.console.base.pages import ListAdmin
from tests.admin.conftest import NOW, Browser, make_job

pytestmark = pytest.mark.slow
ROWS = ListAdmin.list_per_page
LIST, CSV = reverse("admin:jobs_auditevent_changelist"), reverse("admin:jobs_auditevent_csv")


def note(verb: str = "cancel", *, seconds: int = 0, **fields: Any) -> AuditEvent:
    values = {"dialect": "v0", "object_type": "cron", "object_id": "nightly", "user": "ann", **fields}
    return AuditEvent.objects.create(verb=verb, at=NOW - timedelta(seconds=seconds), **values)


def reasons(html: str) -> list[str]:
    return re.findall(r"\br\d+\b", html)


def shown(browser: Browser, query: str = "") -> str:
    answer = browser("auditor").get(f"{LIST}{query}")
    assert answer.status_code == 200
    html: str = answer.content.decode()
    return html


def test_a_row_says_who_from_where_and_why(browser: Browser) -> None:
    note(address="10.0.0.7", client="curl/8.5", token="ci", reason="<b>too long</b>")
    html = shown(browser)
    for words in ("ann", "v0 10.0.0.7", "token ci, curl/8.5", "&lt;b&gt;too long&lt;/b&gt;"):
        assert words in html


def test_what_was_changed_is_a_link(browser: Browser) -> None:
    job = make_job()
    links = {
        ("job", str(job.uuid)): reverse("admin:jobs_job_change", args=[job.uuid]),
        ("cron", "nightly"): f"{reverse('admin:jobs_cron_changelist')}?q=nightly",
        ("worker", "w 1"): f"{reverse('admin:workers_worker_changelist')}?q=w+1",
        ("lock", "devices"): f"{reverse('admin:locks_lockname_changelist')}?q=devices",
        ("action_config", "noop"): f"{reverse('admin:jobs_actionconfig_changelist')}?q=noop",
        ("action", "noop"): reverse("admin:jobs_pause_changelist"),
    }
    for kind, name in links:
        note(object_type=kind, object_id=name)
    html = shown(browser)
    client = browser("auditor")
    for url in links.values():
        assert f'href="{url}"' in html
        assert client.get(url).status_code == 200


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?user=bob", {"r1"}),
        ("?verb=retry", {"r2"}),
        ("?object_type=job&object_id=x", {"r3"}),
        ("?dialect=engine", {"r4"}),
        ("?token=ci", {"r5"}),
        ("?address=10.0.0.7", {"r6"}),
        ("?q=bob", {"r1"}),
        ("?q=retry", {"r2"}),
        ("?q=+10.0.0.7+", {"r6"}),
        ("?q=ci", {"r5"}),
        ("?q=nobody", set()),
        ("?q=%00", {"r1", "r2", "r3", "r4", "r5", "r6"}),
    ],
)
def test_filters_and_search(browser: Browser, query: str, found: set[str]) -> None:
    note(user="bob", reason="r1")
    note("retry", reason="r2")
    note(object_type="job", object_id="x", reason="r3")
    note(dialect="engine", reason="r4")
    note(token="ci", reason="r5")
    note(address="10.0.0.7", reason="r6")
    assert set(reasons(shown(browser, query))) == found


def test_pages_go_by_the_last_row_seen_in_both_directions(browser: Browser) -> None:
    # Times in pairs: the id decides between two of the same moment.
    for number in range(2 * ROWS + 20):
        note(seconds=number // 2 * 2, reason=f"r{number}")
    first = shown(browser)
    older = _link(first, "next")
    second = shown(browser, older)
    third = shown(browser, _link(second, "next"))
    seen = [reasons(page) for page in (first, second, third)]
    assert [len(page) for page in seen] == [ROWS, ROWS, 20]
    assert len({reason for page in seen for reason in page}) == 2 * ROWS + 20
    assert 'rel="next"' not in third
    assert 'rel="prev"' not in first
    assert reasons(shown(browser, _link(third, "prev"))) == seen[1]
    assert reasons(shown(browser, _link(second, "prev"))) == seen[0]
    note(seconds=-5, reason="r999")
    # What is added meanwhile moves nothing.
    assert reasons(shown(browser, older)) == seen[1]


@pytest.mark.parametrize("place", ["older_than=x", "newer_than=%00", "older_than=&newer_than="])
def test_a_place_that_is_none_is_the_newest_page(browser: Browser, place: str) -> None:
    note(reason="r1")
    assert reasons(shown(browser, f"?{place}")) == ["r1"]


def test_a_late_page_skips_no_rows_to_get_there(browser: Browser) -> None:
    for number in range(120):
        note(seconds=number)
    client = browser("auditor")
    with CaptureQueriesContext(connection) as captured:
        client.get(LIST + _link(shown(browser), "next"))
    assert not [query for query in captured.captured_queries if "OFFSET" in query["sql"]]


def test_csv_holds_what_the_filters_leave_with_formulas_defused(browser: Browser) -> None:
    note(user="=cmd()", before={"a": 1}, after={"a": 2}, reason="one")
    note(reason="other")
    html = shown(browser, "?user=%3Dcmd()")
    url = re.search(r'href="([^"]*/csv/[^"]*)"', html)
    assert url
    answer = browser("auditor").get(url[1].replace("&amp;", "&"))
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert [(row["user"], row["before"], row["after"], row["reason"]) for row in rows] == [
        ("'=cmd()", '{"a": 1}', '{"a": 2}', "one")
    ]


@pytest.mark.parametrize(("who", "status"), [("auditor", 200), ("staff", 403), ("outsider", 302), ("anonymous", 302)])
def test_csv_is_for_those_who_see_the_list(browser: Browser, who: str, status: int) -> None:
    assert browser(who).get(CSV).status_code == status
    assert browser(who).post(CSV).status_code == (405 if status in {200, 403} else 302)


def test_the_page_shows_what_changed_and_folds_what_did_not(browser: Browser) -> None:
    event = note("change", before={"schedule": "<old>", "retries": 1}, after={"schedule": "@daily", "retries": 1})
    html = browser("auditor").get(reverse("admin:jobs_auditevent_change", args=[event.pk])).content.decode()
    assert "<del>&lt;old&gt;</del>" in html
    assert "<ins>@daily</ins>" in html
    assert "1 that stayed as it was" in html
    assert f'href="{LIST}?object_type=cron&amp;object_id=nightly"' in html


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        (None, None, []),
        (False, True, [("value", "false", "true")]),
        ("running", "draining", [("value", "running", "draining")]),
        (None, {"a": None}, [("a", None, "null")]),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, [("a.c", "2", "3")]),
        ({"a": {}}, {"a": {"b": [1]}}, [("a", "{}", None), ("a.b", None, "[1]")]),
        ({"gone": 1}, None, [("gone", "1", None)]),
        ([1], [1, 2], [("value", "[1]", "[1, 2]")]),
    ],
)
def test_a_diff_names_each_value_that_changed(before: Any, after: Any, changed: list[Any]) -> None:
    assert [(line.name, line.before, line.after) for line in diff_of(before, after).changed] == changed


def test_a_diff_of_much_is_cut_and_still_sees_every_change() -> None:
    long = "x" * (2 * LONGEST)
    diff = diff_of({"a": long + "1", **{str(n): n for n in range(MOST_LINES)}}, {"a": long + "2"})
    assert diff.left_out == 1
    assert len(diff.changed) == MOST_LINES
    first = diff.changed[0]
    assert first.before == first.after
    assert "more characters" in str(first.before)


def _link(html: str, rel: str) -> str:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', html)
    assert found, rel
    return found[1].replace("&amp;", "&")
