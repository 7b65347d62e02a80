"""What must hold after every step of the engine, asked by SQL of its own and never by the engine's."""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from jobs.states import FINAL, OCCUPYING, RETRIED, Status
from tests.transitions import TRANSITIONS

_JOBS = """SELECT job.id, job.uuid::text, status, retries_left, retry_asked, next_job_id, worker_id, slot, locks, ready,
    blocked_by, woken_for, paused, capacity_class_id, class.needs
FROM jobs_job AS job JOIN workers_capacityclass AS class ON class.id = capacity_class_id ORDER BY job.id"""
_WORKERS = "SELECT id, name, boot_id, state, slots, coalesce(capacity_override, capacity) AS units FROM workers_worker"
_HOLDERS = "SELECT name, job_id, mode, fence FROM locks_joblock"
_FENCES = "SELECT name, fence FROM locks_lockname"
_PAUSES = "SELECT name FROM jobs_pause"
_AUDIT = 'SELECT id, verb, "user", object_id FROM jobs_auditevent WHERE id > %s ORDER BY id'
_JSONB = 3802
# Asked again, these change nothing and say nothing; a capacity is audited as often as it is set.
_VERBS = {"draining": "drain", "running": "undrain"}
_WORDS_OF_A_CHANGE = ("pause", "resume", "drain", "undrain")

Row = dict[str, Any]


@dataclass(slots=True)
class Snapshot:
    """The tables as they are now."""

    jobs: dict[int, Row] = field(default_factory=dict)
    workers: dict[int, Row] = field(default_factory=dict)
    pauses: set[str] = field(default_factory=set)
    holders: dict[tuple[str, int], Row] = field(default_factory=dict)
    fences: dict[str, int] = field(default_factory=dict)
    audit: list[Row] = field(default_factory=list)
    last_event: int = 0

    @classmethod
    def taken(cls, *, after_event: int) -> "Snapshot":
        audit = _rows(_AUDIT, after_event)
        return cls(
            jobs={row["id"]: row for row in _rows(_JOBS)},
            workers={row["id"]: row for row in _rows(_WORKERS)},
            pauses={row["name"] for row in _rows(_PAUSES)},
            holders={(row["name"], row["job_id"]): row for row in _rows(_HOLDERS)},
            fences={row["name"]: row["fence"] for row in _rows(_FENCES)},
            audit=audit,
            last_event=audit[-1]["id"] if audit else after_event,
        )

    def used(self) -> Counter[tuple[int, str]]:
        """Units of each type on each worker."""
        used = Counter[tuple[int, str]]()
        for job in self.jobs.values():
            if job["status"] in OCCUPYING:
                used.update({(job["worker_id"], name): amount for name, amount in job["needs"].items()})
        return used


def check(before: Snapshot, after: Snapshot, *, makes_jobs: bool, verb: str | None) -> None:
    """Fail unless the step from one to the other was lawful. `verb`: of the person who made it."""
    _only_lawful_changes_of_status(before, after)
    _capacity_is_not_overused(before, after)
    _a_slot_runs_one(after)
    _exactly_those_who_run_hold_their_locks(after)
    _fences_rise(before, after)
    _what_operators_change_is_in_the_audit(before, after)
    if not makes_jobs:
        _each_end_has_the_next_attempt_that_it_owes_and_no_other(before, after)
    if verb and before.jobs.keys() - after.jobs.keys():
        assert any(row["user"] for row in after.audit)
    if verb and _statuses(before) != _statuses(after):
        assert any((row["verb"], row["user"]) == (verb, "ada") for row in after.audit), f"{verb} left no audit"


def _only_lawful_changes_of_status(before: Snapshot, after: Snapshot) -> None:
    for number, old in before.jobs.items():
        new = after.jobs.get(number)
        if new is None:
            assert old["status"] not in (Status.RUNNING, Status.CANCEL_REQUEST), f"{old} was removed as it ran"
            assert any(row["object_id"] == old["uuid"] for row in after.audit), f"{old} was removed without a word"
        elif new["status"] != old["status"]:
            assert new["status"] in TRANSITIONS[Status(old["status"])], f"{old['status']} became {new['status']}"
    for number in after.jobs.keys() - before.jobs.keys():
        assert after.jobs[number]["status"] == Status.WAITING


def _capacity_is_not_overused(before: Snapshot, after: Snapshot) -> None:
    """After an operator's cut more may be in use than there is; it never grows."""
    used_before = before.used()
    for (worker_id, name), used in after.used().items():
        worker = after.workers[worker_id]
        spare = max(worker["slots"] - sum(worker["units"].values()), min(2, worker["slots"]))
        total = worker["units"].get(name, spare if name == "default" else 0)
        assert used <= max(total, used_before[worker_id, name]), f"{name} of {worker}: {used} in use"


def _a_slot_runs_one(after: Snapshot) -> None:
    slots = Counter(job["slot"] for job in after.jobs.values() if job["status"] in OCCUPYING)
    assert all(count == 1 for count in slots.values()), slots


def _exactly_those_who_run_hold_their_locks(after: Snapshot) -> None:
    wanted = {
        (lock["name"], job["id"]): lock["mode"]
        for job in after.jobs.values()
        if job["status"] in OCCUPYING
        for lock in job["locks"] or []
    }
    assert {key: row["mode"] for key, row in after.holders.items()} == wanted
    alone = Counter(name for (name, _), mode in wanted.items() if mode == "exclusive")
    everyone = Counter(name for name, _ in wanted)
    assert all(everyone[name] == 1 for name in alone), f"held by more than one: {wanted}"


def _fences_rise(before: Snapshot, after: Snapshot) -> None:
    for name, fence in before.fences.items():
        assert after.fences[name] >= fence, f"the fence of {name} fell"
    for key, row in after.holders.items():
        assert row["fence"] <= after.fences[row["name"]]
        if key not in before.holders:
            assert row["fence"] > before.fences.get(row["name"], 0), f"an old fence for {key}"


def _what_operators_change_is_in_the_audit(before: Snapshot, after: Snapshot) -> None:
    changes = {("pause", name) for name in after.pauses - before.pauses}
    changes |= {("resume", name) for name in before.pauses - after.pauses}
    for number, new in after.workers.items():
        old = before.workers.get(number, new)
        if old["units"] != new["units"]:
            changes.add(("set_capacity", new["name"]))
        # A worker that starts anew runs by itself.
        if old["boot_id"] == new["boot_id"] and old["state"] != new["state"] and new["state"] in _VERBS:
            changes.add((_VERBS[new["state"]], new["name"]))
    said = {(row["verb"], row["object_id"]) for row in after.audit if row["user"] == "ada"}
    assert changes <= said, f"no word of {changes - said}"
    assert {(verb, name) for verb, name in said if verb in _WORDS_OF_A_CHANGE} <= changes, "a word of what was not done"


def _each_end_has_the_next_attempt_that_it_owes_and_no_other(before: Snapshot, after: Snapshot) -> None:
    owed = {
        number
        for number, old in before.jobs.items()
        if (new := after.jobs.get(number))
        and old["status"] not in FINAL
        and (
            (new["status"] in RETRIED and new["retries_left"] > 0)
            or (new["status"] in FINAL and old["status"] != Status.WAITING and new["retry_asked"])
        )
    }
    made = after.jobs.keys() - before.jobs.keys()
    assert {after.jobs[number]["next_job_id"] for number in owed} == made
    assert len(owed) == len(made)


def check_lines(swept: Snapshot) -> None:
    """After a sweep: of each class in the line for a lock that it could take, somebody is awake."""
    modes: dict[str, set[str]] = {}
    for row in swept.holders.values():
        modes.setdefault(row["name"], set()).add(row["mode"])
    line = [job for job in swept.jobs.values() if job["blocked_by"] and not job["paused"]]
    for job in line:
        name = job["blocked_by"]
        others = [lock["mode"] for one in line for lock in one["locks"] if lock["name"] == name]
        if name not in modes or (modes[name] == {"shared"} and set(others) == {"shared"}):
            awake = [
                one
                for one in swept.jobs.values()
                if one["ready"] and (one["woken_for"], one["capacity_class_id"]) == (name, job["capacity_class_id"])
            ]
            assert awake, f"{job} waits for a lock that is free, and nobody was woken"


def _statuses(seen: Snapshot) -> dict[int, str]:
    return {number: job["status"] for number, job in seen.jobs.items()}


def _rows(statement: str, *parameters: int) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        columns = list(cursor.description)
        return [
            {column.name: _read(column.type_code, value) for column, value in zip(columns, row, strict=True)}
            for row in cursor.fetchall()
        ]


def _read(type_code: int, value: Any) -> Any:
    """Django's connection hands JSON over as text."""
    return json.loads(value) if type_code == _JSONB and value is not None else value
