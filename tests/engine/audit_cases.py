"""The audit table: every verb of the engine, and the rows that it leaves."""

from collections.abc import Callable
from typing import Any

from jobs.criteria import Criteria
from jobs.engine.bulk import bulk
from jobs.engine.cancel import cancel
from jobs.engine.clear import clear
from jobs.engine.configs.delete import delete_config
from jobs.engine.configs.save import save_config
from jobs.engine.crons.defaults import make_default_crons
from jobs.engine.crons.delete import delete_cron
from jobs.engine.crons.enable import disable_cron, enable_cron
from jobs.engine.crons.fire import fire
from jobs.engine.crons.run_now import run_now
from jobs.engine.delete import delete
from jobs.engine.drain import drain, undrain
from jobs.engine.drop_classes import drop_classes
from jobs.engine.enqueue import enqueue, enqueue_each, enqueue_many
from jobs.engine.free import free
from jobs.engine.pause import pause
from jobs.engine.prune import prune_job_logs, prune_jobs
from jobs.engine.rescue import end_lost, rescue
from jobs.engine.reseal import reseal
from jobs.engine.resume import resume
from jobs.engine.retry import retry
from jobs.engine.seal_stored import seal_stored
from jobs.engine.set_capacity import set_capacity
from jobs.engine.stop import mark
from jobs.engine.submit import submit
from jobs.models import Pause
from tests.engine.audit_world import (
    ANN,
    NOOP,
    WEEK,
    World,
    a_cron,
    an_unused_class,
    as_it_is,
    canceled,
    deleted_and_lost,
    ended,
    ended_long_ago,
    in_transaction,
    lost,
    overdue,
)

# What an audit row says beside its actor.
Row = tuple[str, str, Any, Any]
# The verb's name, as its module's path, and the case: what comes before it, the verb, and its rows.
Case = tuple[Callable[[World], Any], Callable[[World], Any], list[Row]]
A_JOB = {"action": "noop", "parameters": None}
CASES: dict[str, Case] = {
    "enqueue.enqueue": (as_it_is, lambda _: enqueue(NOOP, by=ANN), [("enqueue", "job", None, A_JOB)]),
    "enqueue.enqueue_many": (
        as_it_is,
        lambda _: enqueue_many([NOOP, NOOP], by=ANN),
        [("enqueue", "job", None, {**A_JOB, "jobs": 2})],
    ),
    "enqueue.enqueue_each": (
        as_it_is,
        lambda _: enqueue_each([NOOP, NOOP], by=ANN),
        [("enqueue", "job", None, {**A_JOB, "jobs": 2})],
    ),
    "submit.submit": (as_it_is, lambda _: submit(NOOP, once=None, by=ANN), [("enqueue", "job", None, A_JOB)]),
    "cancel.cancel": (
        as_it_is,
        lambda world: cancel(world.waiting.uuid, by=ANN, reason="r"),
        [("cancel", "job", "waiting", "canceled")],
    ),
    "cancel.cancel by force": (
        as_it_is,
        lambda world: cancel(world.running.uuid, by=ANN, reason="r", force=True),
        [
            ("cancel", "job", "running", "cancel_request"),
            ("force_cancel", "job", "cancel_request", "cancel_request"),
        ],
    ),
    "delete.delete": (
        as_it_is,
        lambda world: delete(world.waiting.uuid, by=ANN, reason="r"),
        [("delete", "job", {"status": "waiting"}, None)],
    ),
    "delete.delete of a running one": (
        as_it_is,
        lambda world: delete(world.running.uuid, by=ANN, reason="r"),
        [("delete", "job", {"status": "running"}, "deleted")],
    ),
    "retry.retry": (
        canceled,
        lambda world: retry(world.waiting.uuid, by=ANN, reason="r"),
        [("retry", "job", "canceled", {"retry": ...})],
    ),
    "drain.drain": (
        as_it_is,
        lambda world: drain(world.worker.hex_id, by=ANN, reason="r"),
        [("drain", "worker", "running", "draining")],
    ),
    "drain.undrain": (
        lambda world: drain(world.worker.hex_id, by=ANN),
        lambda world: undrain(world.worker.hex_id, by=ANN, reason="r"),
        [("undrain", "worker", "draining", "running")],
    ),
    "set_capacity.set_capacity": (
        as_it_is,
        lambda world: set_capacity(world.worker.hex_id, {"scan": 2}, by=ANN, reason="r"),
        [("set_capacity", "worker", {"scan": 1}, {"scan": 2})],
    ),
    "clear.clear": (
        lost,
        lambda _: clear("devices", by=ANN, reason="r"),
        [("rescue", "job", "running", "worker_dead"), ("clear_lock", "lock", None, {"state": "free", "ended": 1})],
    ),
    "clear.clear by force": (
        as_it_is,
        lambda _: clear("devices", by=ANN, reason="r", force=True),
        [
            ("force_cancel", "job", "running", "cancel_request"),
            ("clear_lock", "lock", None, {"state": "stopping", "force": True, "killed": ...}),
        ],
    ),
    "free.free": (
        as_it_is,
        lambda _: free("devices", by=ANN, reason="r"),
        [
            ("cancel", "job", "running", "cancel_request"),
            ("free_lock", "lock", None, {"canceled": ..., "retry": False}),
        ],
    ),
    "pause.pause": (
        as_it_is,
        lambda _: pause(Pause.Kind.ACTION, "noop", by=ANN, reason="r"),
        [("pause", "action", None, {"name": "noop"})],
    ),
    "resume.resume": (
        lambda _: pause(Pause.Kind.CLASS, "scan", by=ANN),
        lambda _: resume(Pause.Kind.CLASS, "scan", by=ANN, reason="r"),
        [("resume", "class", None, {"name": "scan"})],
    ),
    "stop.mark": (
        as_it_is,
        lambda world: mark(world.running.pk, slot_name=world.slot.name, why="its deadline was over", by=ANN),
        [("stop", "job", "running", "running")],
    ),
    "rescue.rescue": (
        lost,
        lambda _: rescue(by=ANN),
        [("worker_dead", "worker", "running", "dead"), ("rescue", "job", "running", "worker_dead")],
    ),
    "rescue.rescue of a deleted one": (
        deleted_and_lost,
        lambda _: rescue(by=ANN),
        [("worker_dead", "worker", "running", "dead"), ("remove", "job", "deleted", None)],
    ),
    "rescue.end_slots": (as_it_is, ended, [("rescue", "job", "running", "errored")]),
    "rescue.end_lost": (
        lost,
        lambda _: in_transaction(lambda: end_lost("devices", why="w", by=ANN)),
        [("rescue", "job", "running", "worker_dead")],
    ),
    "crons.save.save_cron": (as_it_is, lambda _: a_cron(), [("create", "cron", None, {"schedule": "@daily"})]),
    "crons.save.save_cron again": (
        lambda _: a_cron(),
        lambda _: a_cron(schedule="@hourly"),
        [("change", "cron", {"schedule": "@daily"}, {"schedule": "@hourly"})],
    ),
    "crons.delete.delete_cron": (
        lambda _: a_cron(),
        lambda _: delete_cron("nightly", by=ANN, reason="r"),
        [("delete", "cron", {"schedule": "@daily"}, None)],
    ),
    "crons.enable.disable_cron": (
        lambda _: a_cron(),
        lambda _: disable_cron("nightly", by=ANN, reason="r"),
        [("disable", "cron", True, False)],
    ),
    "crons.enable.enable_cron": (
        lambda _: a_cron(enabled=False),
        lambda _: enable_cron("nightly", by=ANN, reason="r"),
        [("enable", "cron", False, True)],
    ),
    "crons.run_now.run_now": (
        lambda _: a_cron(),
        lambda _: run_now("nightly", by=ANN, reason="r"),
        [("enqueue", "job", None, A_JOB), ("run", "cron", None, {"job": ...})],
    ),
    "crons.defaults.make_default_crons": (
        as_it_is,
        lambda _: make_default_crons(by=ANN),
        [("create", "cron", None, {"name": ...})] * 2,
    ),
    "configs.save.save_config": (
        as_it_is,
        lambda _: save_config("noop", {"k": "v"}, by=ANN, reason="r"),
        [("create", "action_config", None, {"k": "v"})],
    ),
    "configs.save.save_config again": (
        lambda _: save_config("noop", {"k": "v"}, by=ANN),
        lambda _: save_config("noop", {"k": "w"}, by=ANN, reason="r"),
        [("change", "action_config", {"k": "v"}, {"k": "w"})],
    ),
    "configs.delete.delete_config": (
        lambda _: save_config("noop", {"k": "v"}, by=ANN),
        lambda _: delete_config("noop", by=ANN, reason="r"),
        [("delete", "action_config", {"k": "v"}, None)],
    ),
    "bulk.bulk": (
        as_it_is,
        lambda _: bulk("cancel", Criteria(action="noop"), by=ANN, reason="r"),
        [("enqueue", "job", None, {"action": "bulk", "parameters": {"verb": "cancel", "reason": "r"}})],
    ),
    "reseal.reseal": (as_it_is, lambda _: reseal(by=ANN), [("reseal", "parameters_key", None, None)]),
    "seal_stored.seal_stored": (as_it_is, lambda _: seal_stored(by=ANN), [("seal", "parameters", None, None)]),
    "prune.prune_jobs": (
        ended_long_ago,
        lambda world: prune_jobs(older_than=WEEK, job_id=world.running.uuid, by=ANN),
        [("prune", "job", None, {"days": 7, "deleted_jobs": 1, "deleted_skips": 0})],
    ),
    "prune.prune_job_logs": (
        ended_long_ago,
        lambda world: prune_job_logs(older_than=WEEK, job_id=world.running.uuid, by=ANN),
        [("prune", "job", None, {"days": 7, "deleted_lines": 1})],
    ),
    "drop_classes.drop_classes": (
        an_unused_class,
        lambda _: drop_classes(by=ANN),
        [("drop", "class", {"name": "unused=7"}, None)],
    ),
    # The due second itself is the job's own row (docs/adr/0016).
    "crons.fire.fire": (
        overdue,
        lambda _: fire(by=ANN),
        [("cancel", "job", ..., ...)] * 2,
    ),
    "crons.fire.fire of one that skips": (
        lambda world: overdue(world, overlap="forbid"),
        lambda _: fire(by=ANN),
        [("skip", "cron", None, {"code": "OVERLAP", "dueAt": ...})],
    ),
}
# Public, with an actor, and no verbs of their own.
PARTS = {
    "crons.make.make_jobs": "the part of fire that enqueues",
    "crons.skip.record_skips": "the part of fire that does not",
    "crons.skip.skip_overdue": "the part of a cron's change that records what was due before it",
    "enqueue.enqueue_checked": "the inside of enqueue_each",
    "crons.enable.disable_locked": "the inside of disable_cron, for who holds the row",
    "crons.tick.tick": "fires each due cron",
    "pause.audit_pause": "the row of pause and resume",
    "asked.asked_by": "what an update that asks for a stop writes",
    "audit.audit": "writes the row",
    "audit.audit_event": "makes the row",
}
