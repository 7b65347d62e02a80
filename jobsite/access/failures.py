"""Failed logins: after ten in a quarter of an hour, that account is refused from that address, and only from there."""

import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from rest_framework.exceptions import Throttled

from jobs.engine.actor import Actor
from jobs.engine.audit import audit
from jobs.engine.rows import django_rows

LIMIT = 10
WINDOW = timedelta(minutes=15)

# Keeps the times of the last ten. The statement does nothing where the limit was reached already: no row comes back.
_NOTE = """
INSERT INTO access_loginfailure AS known (account, network, failed_at, last_at)
VALUES (%(account)s, %(network)s, ARRAY[statement_timestamp()], statement_timestamp())
ON CONFLICT (account, network) DO UPDATE
SET failed_at = (known.failed_at || statement_timestamp())
                [greatest(cardinality(known.failed_at) + 2 - %(limit)s, 1):],
    last_at = statement_timestamp(),
    -- The tenth from the end, with the one now.
    blocked_until = CASE WHEN known.failed_at[cardinality(known.failed_at) + 2 - %(limit)s]
                              > statement_timestamp() - %(window)s
                    THEN known.failed_at[cardinality(known.failed_at) + 2 - %(limit)s] + %(window)s END
WHERE known.blocked_until IS NULL OR known.blocked_until <= statement_timestamp()
RETURNING blocked_until IS NOT NULL
"""
_BLOCKED = """
SELECT blocked_until - statement_timestamp() FROM access_loginfailure
WHERE account = %s AND network = %s AND blocked_until > statement_timestamp()
"""
# Each failure adds one row at most and takes away up to twenty old ones: the table holds a quarter of an hour.
_PRUNE = """
DELETE FROM access_loginfailure WHERE id IN (
    SELECT id FROM access_loginfailure WHERE last_at < statement_timestamp() - %(window)s
    ORDER BY last_at LIMIT 20 FOR UPDATE SKIP LOCKED)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who somebody says to be, and from which network."""

    account: str
    network: str

    @classmethod
    def of(cls, account: str, address: str) -> "Origin":
        """Who has one IPv6 address has the 2^64 of its network."""
        if ":" in address:
            address = str(ipaddress.ip_network(f"{address}/64", strict=False))
        return cls(account=account[:150], network=address)


class TooManyFailures(Throttled):
    """Further logins as this account from this address are refused for so many seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        minutes = WINDOW.total_seconds() / 60
        detail = f"{LIMIT} logins of this account from your address have failed within {minutes:g} minutes."
        super().__init__(wait=seconds, detail=detail)


def refuse_if_blocked(origin: Origin) -> None:
    """Raises TooManyFailures. To be asked before a password is checked, and again after: others may have failed."""
    for (wait,) in django_rows(_BLOCKED, [origin.account, origin.network]):
        raise TooManyFailures(wait.total_seconds())


def note_failure(origin: Origin, *, by: Actor) -> None:
    """Count one more; the one that reaches the limit is audited. Raises TooManyFailures if it was reached before."""
    names: dict[str, Any] = {"account": origin.account, "network": origin.network, "limit": LIMIT, "window": WINDOW}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_NOTE, names)
        noted: tuple[bool] | None = cursor.fetchone()
        if noted is not None:
            cursor.execute(_PRUNE, names)
            if noted[0]:
                reason = f"{LIMIT} failed logins within {WINDOW.total_seconds() / 60:g} minutes"
                audit("refuse_logins", by=by, object_type="login", object_id=origin.account, reason=reason)
    if noted is None:
        refuse_if_blocked(origin)
