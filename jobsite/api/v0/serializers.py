"""The body of POST /jobs to a Submission."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from jobs.engine.errors import InvalidSubmission
from jobs.engine.submission import Submission, check, configured_parameters
from jobsite.api.times import InvalidTime, parse_time
from jobsite.api.v0.errors import InvalidField, WireError
from jobsite.api.v0.schemas import Follower, SubmissionBody

MAX_FOLLOWERS = 10
Body = TypeVar("Body", bound=BaseModel)


def read_submission(data: Any, *, scheduled_by: str) -> Submission:
    """What the body asks for. Raises InvalidField for what is not of the right type; the engine judges the values."""
    body = read_body(SubmissionBody, data)
    _check_followers(body, scheduled_by=scheduled_by)
    return _submission(body, scheduled_by=scheduled_by)


def read_body(model: type[Body], data: Any) -> Body:
    """The body as this model. Raises InvalidField for the first field at fault."""
    if not isinstance(data, dict):
        raise WireError(400, "INVALID_JSON", "The body is not a JSON object.")
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        reason = "is required" if first["type"] == "missing" else first["msg"]
        raise InvalidField(".".join(str(part) for part in first["loc"]), reason) from error


def _submission(body: Follower, *, scheduled_by: str) -> Submission:
    try:
        scheduled_at = parse_time(body.scheduled_at) if body.scheduled_at else None
    except InvalidTime as error:
        raise InvalidSubmission(field="scheduledAt", reason=str(error)) from error
    return Submission(
        action=body.action,
        parameters=body.parameters,
        capacity_map=body.capacity_map,
        retries=body.retries,
        deadline=body.deadline or "",
        stop_timeout=body.stop_timeout or "",
        scheduled_at=scheduled_at,
        priority=body.priority or 0,
        locks=None if body.locks is None else [{"name": lock.name, "mode": lock.mode} for lock in body.locks],
        next=None if body.next is None else body.next.model_dump(by_alias=True, exclude_unset=True),
        comment=body.comment,
        ticket_ref=body.ticket_ref,
        scheduled_by=scheduled_by,
    )


def _check_followers(body: SubmissionBody, *, scheduled_by: str) -> None:
    """Now, while someone reads the answer: at the end of the first job there is no one left to tell."""
    followers = _followers(body)
    configured = configured_parameters(follower.action for follower in followers)
    for place, follower in enumerate(followers, start=1):
        path = ".".join(["next"] * place)
        try:
            check(_submission(follower, scheduled_by=scheduled_by), configured=configured)
        except InvalidSubmission as error:
            raise InvalidField(f"{path}.{error.field}", error.reason) from error


def _followers(body: Follower) -> list[Follower]:
    found: list[Follower] = []
    while body.next is not None:
        body = body.next
        found.append(body)
    if len(found) > MAX_FOLLOWERS:
        raise InvalidField("next", f"is a chain of {len(found)} jobs; at most {MAX_FOLLOWERS} can follow")
    return found
