"""What a lock's holder is called on every page, and what freeing it will do, in words."""

from datetime import datetime
from enum import StrEnum

from jobs.engine.submission import stop_timeout_of
from jobs.lock_report import Holder
from jobsite.console.base.words import span
from workers.models import LIVING


class Owner(StrEnum):
    """Who stands behind a holder."""

    ALIVE = "owner alive"
    DEAD = "owner dead"
    EXPIRED = "expired"


COLOURS: dict[str, str] = {Owner.ALIVE: "success", Owner.DEAD: "danger", Owner.EXPIRED: "danger", "stuck": "warning"}


def owner_of(holder: Holder) -> Owner:
    """EXPIRED: its worker has not said that it ends, and was not heard of for longer than its lease."""
    if holder.alive:
        return Owner.ALIVE
    worker = holder.job.worker
    speaks = worker is not None and worker.state in LIVING and worker.lease_until <= holder.seen_at
    return Owner.EXPIRED if speaks else Owner.DEAD


def expires_at(holder: Holder) -> datetime | None:
    """When the lock comes free by itself if its worker is not heard of again."""
    return holder.job.worker.lease_until if holder.job.worker else None


_HALF_DONE = "What it had begun outside may be half done."
_GONE = "Nobody acts for it any more. It ends as worker_dead now, as in a rescue; a retry that is left is made."
_OVERDUE = "It was canceled and should have ended. Its worker kills it now; when that is confirmed, the lock is free."
_ALIVE = "It is alive: refused. Cancel it and free the lock instead, or ask an administrator to force it."
_FORCIBLE = (
    "It is alive: refused, unless you force it. Then its worker kills it at once, without its stop timeout; when that "
    "is confirmed, the lock is free."
)
_RESCUE = "Its worker is gone: the next rescue ends it, and that frees the lock."


def what_clear_does(holder: Holder, *, may_force: bool) -> str:
    """Before a person clears a lock: what becomes of this holder."""
    if not holder.alive:
        return f"{_GONE} {_HALF_DONE}"
    if holder.overdue:
        return f"{_OVERDUE} {_HALF_DONE}"
    return f"{_FORCIBLE} {_HALF_DONE}" if may_force else _ALIVE


def what_free_does(holder: Holder) -> str:
    """Before a person cancels a holder: what becomes of it."""
    if not holder.alive:
        return f"{_RESCUE} {_HALF_DONE}"
    patience = span(stop_timeout_of(holder.job.stop_timeout))
    return (
        f"It is asked to stop now (SIGTERM), and killed if it has not ended after its stop timeout of {patience}. "
        f"Its end frees the lock. {_HALF_DONE}"
    )
