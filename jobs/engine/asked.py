"""Who asked that a job stop, when and why, as its row says it."""

from typing import Any

from jobs.engine.actor import Actor
from jobs.engine.clock import CLOCK


def asked_by(by: Actor, *, reason: str) -> dict[str, Any]:
    """Columns for an update that changes the status."""
    return {"canceled_by": by.user or None, "cancel_reason": reason[:255] or None, "status_changed_at": CLOCK}
