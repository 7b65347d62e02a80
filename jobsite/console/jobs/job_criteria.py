"""What an address of the list means: one reading for the list, its CSV and what is done to all that match."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from jobs.criteria import Criteria
from jobsite.console.base.filters import range_moment
from jobsite.console.base.words import utc

SEARCH = "q"
# Of the menu of workers: the jobs that none has claimed.
UNCLAIMED = "none"
# All parts of an address that choose jobs.
PARTS = (
    *("status__exact", "running", "needs_human", "action", "worker", "scheduled_by", "cron", "lock"),
    *(f"scheduled_at_{side}_{part}" for side in ("from", "to") for part in (0, 1)),
    SEARCH,
)


def address_of(query: Mapping[str, str]) -> str:
    """What of a query chooses jobs, written in one way only."""
    return urlencode({part: text for part in PARTS if (text := (query.get(part) or "").strip())})


def criteria_of(query: Mapping[str, str]) -> Criteria:
    """What is not readable chooses as text that no job has, or, of a time, nothing out."""
    status, worker = _text(query, "status__exact"), _text(query, "worker")
    last = range_moment(query, "scheduled_at", "to")
    return Criteria(
        action=_text(query, "action"),
        worker="" if worker == UNCLAIMED else worker,
        running=True if _text(query, "running") == "true" else None,
        statuses=(status,) if status else (),
        needs_human=_text(query, "needs_human") == "true",
        cron=_text(query, "cron"),
        lock=_text(query, "lock"),
        user=_text(query, "scheduled_by"),
        scheduled_after=range_moment(query, "scheduled_at", "from"),
        # The criterion ends before its moment, the field of the page with it.
        scheduled_before=last + timedelta(microseconds=1) if last else None,
        **_searched(_text(query, SEARCH)),
    )


def _searched(term: str | None) -> dict[str, Any]:
    """`KEY=value` is a parameter."""
    key, equals, value = (term or "").partition("=")
    if equals and key.strip():
        return {"parameters": ((key.strip(), value.strip()),)}
    return {"term": term}


def _text(query: Mapping[str, str], name: str) -> str | None:
    # PostgreSQL's texts hold no NUL, so that one finds nothing.
    return (query.get(name) or "").strip().replace("\x00", "\ufffd") or None


def words_of(criteria: Criteria) -> list[str]:
    """One phrase for each criterion."""
    return [_WORDS[name](getattr(criteria, name)) for name in criteria.dump()]


_WORDS: dict[str, Any] = {
    "action": lambda name: f"action is {name}",
    "worker": lambda hex_id: f"on the worker {hex_id}" if hex_id else "claimed by no worker",
    "running": lambda _true: "running",
    "statuses": lambda statuses: f"status is {' or '.join(statuses).replace('_', ' ')}",
    "needs_human": lambda _true: "cut by a worker and not run again",
    "cron": lambda name: f"made by the cron {name}",
    "lock": lambda name: f"with the lock {name}",
    "user": lambda name: f"started by {name}",
    "scheduled_after": lambda at: f"scheduled at {utc(at)} UTC or later",
    "scheduled_before": lambda at: f"scheduled at {utc(at - timedelta(microseconds=1))} UTC or earlier",
    "parameters": lambda pairs: " and ".join(f"parameter {key} is {value}" for key, value in pairs),
    "term": lambda term: f"found by “{term}”",
}
