"""Bodies to a Submission."""

from dataclasses import replace
from typing import Any

from jobs.engine.errors import InvalidSubmission
from jobs.engine.submission import Submission
from jobsite.api.times import InvalidTime, parse_time
from jobsite.api.v0.bodies import typed
from jobsite.api.v0.schemas.submissions import Follower, SubmissionBody, WhatRuns


def read_submission(data: Any, *, scheduled_by: str) -> Submission:
    """What the body asks for. Raises InvalidField for what is not of the right type; the engine judges the values."""
    return _submission(typed(SubmissionBody, data), scheduled_by=scheduled_by)


def what_runs(body: WhatRuns) -> Submission:
    """What a job and the jobs of a cron are told alike."""
    return Submission(
        action=body.action,
        parameters=body.parameters,
        capacity_map=body.capacity_map,
        retries=body.retries,
        deadline=body.deadline or "",
        stop_timeout=body.stop_timeout or "",
        priority=body.priority or 0,
        locks=None if body.locks is None else [{"name": lock.name, "mode": lock.mode} for lock in body.locks],
    )


def _submission(body: Follower, *, scheduled_by: str) -> Submission:
    try:
        scheduled_at = parse_time(body.scheduled_at) if body.scheduled_at else None
    except InvalidTime as error:
        raise InvalidSubmission(field="scheduledAt", reason=str(error)) from error
    return replace(
        what_runs(body),
        scheduled_at=scheduled_at,
        next=None if body.next is None else _next(body.next, scheduled_by=scheduled_by),
        comment=body.comment,
        ticket_ref=body.ticket_ref,
        scheduled_by=scheduled_by,
    )


def _next(body: Follower, *, scheduled_by: str) -> Submission:
    try:
        return _submission(body, scheduled_by=scheduled_by)
    except InvalidSubmission as error:
        raise error.below("next") from error
