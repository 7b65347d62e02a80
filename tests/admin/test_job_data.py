"""Parameters and results as a person reads them: a tree of bounded size, devices with their diffs, no secrets."""

import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from jobs.models import Job
from jobsite.console.jobs.page import parts
from jobsite.console.jobs.page.devices import MOST_DEVICES, MOST_LINES, devices_of
from jobsite.console.jobs.page.tree import DEEPEST, LONGEST_TEXT, MOST_CHILDREN, MOST_NODES, Node, grow
from tests.admin.conftest import Browser, make_job

pytestmark = pytest.mark.slow


def nodes(node: Node) -> int:
    return 1 + sum(map(nodes, node.children))


def depth(node: Node) -> int:
    return 1 + max(map(depth, node.children), default=0)


def page(client: Client, job: Job) -> str:
    return client.get(reverse("admin:jobs_job_change", args=[job.pk])).content.decode()


def test_a_tree_names_keys_kinds_and_values() -> None:
    root = grow({"a": [1, True, None, "x"], "b": {}})
    assert (root.kind, root.text) == ("object", "2 keys")
    numbers, empty = root.children
    assert (numbers.key, numbers.text) == ("a", "4 items")
    assert [(leaf.kind, leaf.text) for leaf in numbers.children] == [
        ("number", "1"),
        ("boolean", "true"),
        ("null", "null"),
        ("string", "x"),
    ]
    assert (empty.kind, empty.text, empty.left_out) == ("object", "0 keys", "")


def test_a_tree_stays_small_and_says_what_it_leaves_out() -> None:
    wide = grow(list(range(100_000)))
    assert len(wide.children) == MOST_CHILDREN
    assert wide.left_out == f"{100_000 - MOST_CHILDREN:,} more"
    assert nodes(grow([[0] * 50] * 50)) <= MOST_NODES + 1
    text = grow("x" * 5000)
    assert (len(text.text), text.left_out) == (LONGEST_TEXT, "3,000 more characters")
    deep: Any = 1
    for _ in range(90):
        deep = [deep]
    assert depth(grow(deep)) == DEEPEST + 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "result",
    [
        {"rows": [{"number": number, "text": "some text " * 5} for number in range(12_000)]},
        {f"key {number}": "x" * 90 for number in range(10_000)},
        "x" * 1_000_000,
    ],
    ids=["rows", "keys", "text"],
)
def test_a_megabyte_of_result_makes_a_small_page(browser: Browser, result: Any) -> None:
    client, job = browser("auditor"), make_job(result=result)
    page(client, job)
    began = time.process_time()
    html = page(client, job)
    # Of this process alone, on a machine that others keep busy.
    assert time.process_time() - began < 2
    assert len(html) < 250_000
    assert "more" in html
    assert f"/api/v0/jobs/{job.uuid}/result" in html


@pytest.mark.django_db
def test_a_result_that_is_too_large_is_not_even_read(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "LARGEST_RESULT", 100)
    html = page(browser("auditor"), make_job(result={"unread": list(range(1000))}))
    assert "too large to be shown here" in html
    assert "unread" not in html


def device(*, failed: bool = False, diff: str = "", result: str | None = None) -> dict[str, Any]:
    task = {"task_name": "Sync device config", "failed": failed, "diff": diff, "result": result}
    return {"failed": failed, "job_tasks": [task]}


def test_devices_show_the_failed_first_and_count_the_changed_lines() -> None:
    diff = "@@ -1,3 +1,3 @@\n same\n-old\n--- a line that was removed\n+new"
    found = devices_of(
        {"devices": {"b": device(diff=diff), "c": device(failed=True, result="no answer"), "a": device()}}
    )
    assert found is not None
    assert [shown.name for shown in found.shown] == ["c", "a", "b"]
    assert (found.total, found.failed, found.shown[0].failure) == (3, 1, "no answer")
    assert (found.shown[2].added, found.shown[2].removed) == (1, 2)
    assert [line.kind for line in found.shown[2].tasks[0].diff] == ["place", "same", "removed", "removed", "added"]


@pytest.mark.parametrize("head", ["--- a\n+++ b\n", ""])
def test_names_of_files_before_a_diff_are_no_changes(head: str) -> None:
    found = devices_of({"devices": {"a": device(diff=f"{head}@@ -1 +1 @@\n-x\n+y")}})
    assert found is not None
    assert (found.shown[0].added, found.shown[0].removed) == (1, 1)


@pytest.mark.parametrize(
    "result",
    [None, [], 3, {"devices": 3}, {"devices": {"a": 3}}, {"devices": {"a": {"job_tasks": [3]}}}, {"device": {}}],
)
def test_what_is_shaped_otherwise_is_no_table_of_devices(result: Any) -> None:
    assert devices_of(result) is None


def test_many_devices_with_long_diffs_are_bounded() -> None:
    long = "@@ -1 +1 @@\n" + "+a line\n" * 500
    found = devices_of({"devices": {f"d{number:04}": device(diff=long) for number in range(1000)}})
    assert found is not None
    assert (len(found.shown), found.total) == (MOST_DEVICES, 1000)
    assert sum(len(task.diff) for shown in found.shown for task in shown.tasks) == MOST_LINES
    assert found.shown[-1].added == 500
    assert found.shown[-1].tasks[0].cut == 501


@pytest.mark.django_db
def test_devices_are_a_table_with_coloured_lines_on_the_page(browser: Browser) -> None:
    html = page(browser("auditor"), make_job(result={"devices": {"eosdist": device(diff="@@ -1 +1 @@\n-a\n+<b>")}}))
    assert '<span class="removed">-a\n</span>' in html
    assert '<span class="added">+&lt;b&gt;\n</span>' in html


@pytest.mark.django_db
def test_secrets_are_masked(browser: Browser) -> None:
    sealed = {"token": {"$sealed": "gAAAA-ciphertext"}, "seconds": 1}
    job = make_job(parameters=sealed, next={"action": "noop", "parameters": sealed})
    client = browser("admin")
    for html in (page(client, job), client.get(reverse("admin:job_again", args=[job.pk])).content.decode()):
        assert "***" in html
        assert "ciphertext" not in html


@pytest.mark.django_db
def test_data_that_stands_still_is_not_read_again(browser: Browser) -> None:
    client, job = browser("auditor"), make_job(result={"a": 1})
    url = reverse("admin:job_data", args=[job.pk])
    first = client.get(url)
    same = {"If-None-Match": first.headers["ETag"]}
    assert client.get(url, headers=same).status_code == 304
    Job.objects.filter(pk=job.pk).update(late_result_at=job.ended_at)
    assert client.get(url, headers=same).status_code == 200


@pytest.mark.django_db
def test_the_data_of_a_job_that_is_deleted_meanwhile_is_404(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job()

    def delete(_request: Any) -> bool:
        Job.objects.filter(pk=job.pk).delete()
        return False

    monkeypatch.setattr(parts, "_may_audit", delete)
    assert admin_client.get(reverse("admin:job_data", args=[job.pk])).status_code == 404
