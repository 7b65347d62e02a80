"""follow: the job that comes after one that is done, made in the transaction that ends it.

A canceled or failed job starts nothing; the retry of a failed one has inherited what follows.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import psycopg2

from jobs.actions.lines import clean
from jobs.engine.actor import Actor
from jobs.engine.attempt import Attempt
from jobs.engine.audit import audit_event
from jobs.engine.chain import load
from jobs.engine.classes import use_class
from jobs.engine.enqueue import moment, new_job
from jobs.engine.insert import insert, insert_unique
from jobs.engine.rows import Rows
from jobs.engine.slot import Claimed, Slot
from jobs.engine.submission import Checked, check
from jobs.models import JobLog
from jobs.states import Status
from workers import capacity

logger = logging.getLogger(__name__)

Then = Callable[[Rows], Attempt | None]


def follow(slot: Slot, job: Claimed, wanted: Mapping[str, Any]) -> Then:
    """What the transaction that ends `job` has to do for the job that follows; checked before it begins.

    What can not be enqueued any more, its action being gone, does not hold up the end: the reason is written into
    the audit and the job's log.
    """
    rows = slot.session.rows
    by = Actor(dialect="engine", client=f"slot {slot.name}")
    try:
        checked = check_follower(rows, job, wanted)
        # Before the end: to use a class keeps it for a day, and its row must not be locked while the end is.
        class_id = use_class(rows, checked.needs)
    except psycopg2.Error:
        raise
    except Exception as error:  # noqa: BLE001 - an action's own functions may raise anything
        return partial(_refuse, job=job, reason=f"{type(error).__name__}: {error}", by=by)
    by = Actor(dialect="engine", client=by.client, user=checked.submission.scheduled_by or "")
    return partial(_enqueue, job=job, checked=checked, class_id=class_id, by=by)


def check_follower(rows: Rows, job: Claimed, wanted: Mapping[str, Any]) -> Checked:
    """As at any submission; it is scheduled by whoever scheduled `job`. Raises InvalidSubmission."""
    [(scheduled_by,)] = rows("SELECT scheduled_by FROM jobs_job WHERE id = %s", [job.id]) or [(None,)]
    submission = load(wanted, scheduled_by=scheduled_by)
    actions = [link.action for link in submission.chain()]
    configured = rows("SELECT action, parameters FROM jobs_actionconfig WHERE action = ANY(%s)", [actions])
    return check(submission, configured=dict(configured))


def _enqueue(rows: Rows, *, job: Claimed, checked: Checked, class_id: int, by: Actor) -> Attempt | None:
    if not _is_done(rows, job):
        return None
    at = moment(rows)
    made = new_job(checked, class_id, at)
    if made.unique_key is None:
        [number], uuid = insert(rows, [made]), made.uuid
    else:
        [(number, uuid)] = insert_unique(rows, [made], keep=True).values()
    rows("UPDATE jobs_job SET next_job_id = %s WHERE id = %s", [number, job.id])
    after = {"action": made.action, "parameters": made.parameters, "number": number, "follows": str(job.uuid)}
    verb = "enqueue" if uuid == made.uuid else "enqueue_again"
    insert(rows, [audit_event(verb, by=by, object_type="job", object_id=uuid, after=after)])
    return Attempt(
        id=number,
        uuid=uuid,
        of=job.uuid,
        class_name=capacity.class_name(checked.needs),
        wait=max(made.scheduled_at - at.now, timedelta(0)),
        blocked_by=made.blocked_by,
    )


def _refuse(rows: Rows, *, job: Claimed, reason: str, by: Actor) -> None:
    if not _is_done(rows, job):
        return
    logger.error("next job not made", extra={"job": job.uuid, "reason": reason})
    [(number,)] = rows("SELECT coalesce(max(line_number) + 1, 0) FROM jobs_joblog WHERE job_id = %s", [job.id])
    told = clean(f"[what follows was not enqueued: {reason}]")
    insert(rows, [JobLog(job_id=job.id, line_number=number, data=told)])
    insert(rows, [audit_event("refuse_next", by=by, object_type="job", object_id=job.uuid, reason=told)])


def _is_done(rows: Rows, job: Claimed) -> bool:
    """Asked in the transaction that ended it: a cancel may have come before that end."""
    return rows("SELECT status FROM jobs_job WHERE id = %s", [job.id]) == [(Status.DONE,)]
