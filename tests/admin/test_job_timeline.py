"""The timeline of a job's chain: each spell and each mark stands where its time is."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from jobs.engine.classes import class_for
from jobs.models import AuditEvent, Job
from jobs.states import Status
from jobsite.console.jobs.page.chain import MOST_ATTEMPTS, attempts_of, events_of, pauses_of
from jobsite.console.jobs.page.spells import Kind, Spell, marks_of, spells_of
from jobsite.console.jobs.page.timeline import chain_picture, rounded_up
from tests.admin.conftest import Browser, make_job, make_worker

BEGAN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def a_job(created: float, due: float, started: float | None, ended: float | None, **fields: Any) -> Job:
    times = {"created_at": created, "scheduled_at": due, "started_at": started, "ended_at": ended}
    return make_job(**{name: None if value is None else at(value) for name, value in times.items()} | fields)


def happened(job: Job, verb: str, seconds: float, **fields: Any) -> AuditEvent:
    values = {"user": "ann", "dialect": "admin", "object_type": "job", "object_id": str(job.uuid), **fields}
    return AuditEvent.objects.create(verb=verb, at=at(seconds), **values)


def spans(spells: list[Spell]) -> list[tuple[str, float, float]]:
    return [
        (spell.kind.value, (spell.begin - BEGAN).total_seconds(), (spell.end - BEGAN).total_seconds())
        for spell in spells
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ((0, 0, 10, 40), [("waited", 0, 10), ("ran", 10, 40)]),
        ((0, 20, 30, 40), [("not-due", 0, 20), ("waited", 20, 30), ("ran", 30, 40)]),
        ((0, -50, 10, 20), [("waited", 0, 10), ("ran", 10, 20)]),
        ((0, 0, None, 40), [("waited", 0, 40)]),
        ((0, 90, None, 40), [("not-due", 0, 40)]),
        ((0, 0, 10, None), [("waited", 0, 10), ("ran", 10, 100)]),
        ((0, 0, None, None), [("waited", 0, 100)]),
    ],
)
def test_the_spells_of_an_attempt_leave_no_gap(times: Any, expected: Any) -> None:
    status = Status.DONE if times[3] else Status.RUNNING if times[2] else Status.WAITING
    fields: dict[str, Any] = {"worker": make_worker("w1", 1), "slot": "b:1"} if status == Status.RUNNING else {}
    assert spans(spells_of(a_job(*times, status=status, **fields), [], now=at(100))) == expected


@pytest.mark.django_db
def test_a_wait_that_is_over_tells_what_it_was_for() -> None:
    scan = class_for({"scan": 2, "check": 1})
    needy, plain, never = (
        a_job(0, 0, 10, 40, status=Status.DONE, capacity_class_id=scan.id),
        a_job(0, 0, 10, 40, status=Status.DONE),
        a_job(0, 0, None, 40, status=Status.CANCELED),
    )
    assert [spells_of(job, [], now=at(100))[0].why for job in (needy, plain, never)] == [
        "until a worker had check=1, scan=2 and a slot free",
        "until a worker had a slot free",
        "",
    ]


@pytest.mark.django_db
def test_a_retry_begins_with_its_backoff_and_a_canceled_run_ends_with_its_stop() -> None:
    first = a_job(0, 0, 10, 20, status=Status.ERRORED)
    retry = a_job(20, 50, 60, 100, status=Status.CANCELED, retry_from=first)
    asked = happened(retry, "cancel", 80)
    assert spans(spells_of(retry, [asked], now=at(200))) == [
        ("backoff", 20, 50),
        ("waited", 50, 60),
        ("ran", 60, 80),
        ("stopping", 80, 100),
    ]


@pytest.mark.django_db
def test_what_is_asked_to_stop_now_is_stopping_since_then() -> None:
    fields: dict[str, Any] = {"worker": make_worker("w1", 1), "slot": "b:1", "status": Status.CANCEL_REQUEST}
    job = a_job(0, 0, 10, None, status_changed_at=at(70), **fields)
    assert spans(spells_of(job, [], now=at(100)))[-2:] == [("ran", 10, 70), ("stopping", 70, 100)]


@pytest.mark.django_db
def test_a_wait_is_told_by_its_pauses_and_its_lock() -> None:
    job = a_job(0, 0, 50, 60, woken_for="devices")
    for verb, seconds in (("pause", -10), ("resume", 10), ("pause", 30), ("resume", 40), ("pause", 55)):
        values = {"dialect": "admin", "object_type": "action", "object_id": job.action}
        AuditEvent.objects.create(verb=verb, at=at(seconds), **values)
    pauses = pauses_of(job)
    assert pauses == [(at(-10), at(10)), (at(30), at(40)), (at(55), None)]
    spells = spells_of(job, [], now=at(100), pauses=pauses)
    assert spans(spells) == [
        ("paused", 0, 10),
        ("waited", 10, 30),
        ("paused", 30, 40),
        ("waited", 40, 50),
        ("ran", 50, 60),
    ]
    assert {spell.why for spell in spells[:4]} == {"in line for lock devices"}


@pytest.mark.django_db
def test_marks_are_the_interventions_in_the_order_of_time() -> None:
    job = a_job(0, 0, 10, 40)
    late = happened(job, "refuse_result", 50, user="", reason="a result came after the job had ended")
    events = [
        late,
        happened(job, "rescue", 40, user=""),
        happened(job, "enqueue", 0),
        happened(job, "force_cancel", 20),
    ]
    assert [(mark.at, mark.words) for mark in marks_of(events)] == [
        (at(20), "kill forced by ann"),
        (at(40), "rescued"),
        (at(50), "late result refused: a result came after the job had ended"),
    ]


def drawn(job: Job) -> str:
    attempts = attempts_of(job)
    found = chain_picture(job, attempts, events_of(attempts), now=at(500), why="")
    return str(found["timeline"])


@pytest.mark.django_db
def test_known_jobs_are_drawn_at_their_places() -> None:
    """100 seconds in all, so a percent is a second."""
    worker = make_worker("w1", 1)
    first = a_job(0, 0, 10, 20, status=Status.ERRORED, worker=worker, slot="b:1")
    retry = a_job(20, 50, 60, 90, status=Status.CANCELED, worker=worker, slot="b:2", retry_from=first)
    happened(retry, "cancel", 75)
    happened(retry, "refuse_result", 100)
    svg = drawn(retry)
    blocks = re.findall(r'tone-(\S+)" x="([\d.]+)%" width="([\d.]+)%" y="(\d+)"', svg)
    assert [(tone, float(x), float(width)) for tone, x, width, _ in blocks] == [
        ("waited", 0, 10),
        ("bad", 10, 10),
        ("backoff", 20, 30),
        ("waited", 50, 10),
        ("warn", 60, 15),
        ("stopping", 75, 15),
    ]
    above, below = {y for *_, y in blocks[:2]}, {y for *_, y in blocks[2:]}
    assert len(above) == len(below) == 1 < len(above | below)
    assert re.findall(r'class="mark" x1="([\d.]+)%"', svg) == ["75", "100"]
    assert "ran 15 s on w1" in svg
    assert reverse("admin:jobs_job_change", args=[first.pk]) in svg


@pytest.mark.django_db
def test_the_picture_ends_now_while_a_job_goes_on_and_moves_in_steps() -> None:
    job = a_job(0, 0, 10, None, status=Status.RUNNING, worker=make_worker("w1", 1), slot="b:1")
    attempts = attempts_of(job)
    pictures = {
        str(chain_picture(job, attempts, [], now=at(3600 + second), why="")["timeline"]) for second in range(60)
    }
    assert 1 <= len(pictures) <= 2
    assert timedelta(0) < rounded_up(at(3600), since=BEGAN) - at(3600) <= timedelta(seconds=64)
    assert rounded_up(at(1), since=BEGAN) - at(1) <= timedelta(seconds=2)


@pytest.mark.django_db
def test_of_a_long_chain_the_original_the_newest_and_the_job_itself_are_shown() -> None:
    first = a_job(0, 0, 1, 2, status=Status.ERRORED)
    others = [a_job(n, n, n + 1, n + 2, status=Status.ERRORED, retry_from=first) for n in range(1, MOST_ATTEMPTS + 10)]
    shown = attempts_of(others[2])
    assert shown == [first, others[2], *others[-MOST_ATTEMPTS:]]


@pytest.mark.django_db
def test_interventions_are_for_those_who_may_see_the_audit(browser: Browser) -> None:
    job = a_job(0, 0, 10, 40)
    happened(job, "force_cancel", 20, reason="it hangs")
    url = reverse("admin:job_now", args=[job.pk])
    shown = browser("auditor").get(url).content.decode()
    assert "kill forced by ann: it hangs" in shown
    assert f"tone-{Kind.STOPPING}" in shown
    client = browser("staff")
    User.objects.get(username="staff").user_permissions.add(Permission.objects.get(codename="view_job"))
    hidden = client.get(url)
    assert hidden.status_code == 200
    assert "kill forced" not in hidden.content.decode()
