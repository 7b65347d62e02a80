"""audit: write down a change in the transaction that makes it."""

from typing import Any

from jobs.engine.actor import Actor
from jobs.models import AuditEvent
from jobs.seal.form import masked


def audit(
    verb: str,
    *,
    by: Actor,
    object_type: str,
    object_id: object,
    before: Any = None,
    after: Any = None,
    reason: str = "",
) -> None:
    """Add one row to the audit trail. Call it inside the verb's transaction."""
    described = audit_event(
        verb, by=by, object_type=object_type, object_id=object_id, before=before, after=after, reason=reason
    )
    described.save(force_insert=True)


def audit_event(
    verb: str,
    *,
    by: Actor,
    object_type: str,
    object_id: object,
    before: Any = None,
    after: Any = None,
    reason: str = "",
) -> AuditEvent:
    """The row, not saved yet: for a transaction that is not Django's."""
    return AuditEvent(
        verb=verb,
        user=by.user,
        address=by.address,
        dialect=by.dialect,
        client=by.client[:200],
        token=by.token,
        object_type=object_type,
        object_id=str(object_id),
        before=masked(before),
        after=masked(after),
        reason=reason[:1000],
    )
