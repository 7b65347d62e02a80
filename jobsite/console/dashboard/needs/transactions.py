"""A transaction left open: while it is, no dead row of any claim can be removed, and claims slow down."""

from datetime import timedelta

from jobs.engine.rows import django_rows
from jobsite.console.base.words import span, utc
from jobsite.console.dashboard.needs.need import Need, plural

# Longer than any of ours may last: their idle and statement timeouts lie below the lease.
OLD = timedelta(seconds=60)

# What holds a snapshot or a transaction id in this database, the oldest first; others' sessions show only to a role
# with pg_read_all_stats.
_OPEN = """
SELECT pid, coalesce(nullif(application_name, ''), 'a client'), usename, xact_start, clock_timestamp() - xact_start
FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
  AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL OR state LIKE 'idle in transaction%%')
  AND xact_start < clock_timestamp() - %(old)s
ORDER BY xact_start
LIMIT 100
"""


def old_transactions() -> list[Need]:
    found = django_rows(_OPEN, {"old": OLD})
    if not found:
        return []
    pid, program, user, began, age = found[0]
    return [
        Need(
            key="transactions",
            tone="bad" if age > 5 * OLD else "warn",
            count=str(len(found)),
            title=plural(len(found), "old open transaction", "old open transactions"),
            words=f"{program} of {user} (pid {pid}) has one open since {utc(began)}, for {_roughly(age)}: dead rows "
            f"pile up and claims slow down. SELECT pg_terminate_backend({pid}) ends it.",
        )
    ]


def _roughly(age: timedelta) -> str:
    """In whole minutes: a page that is live changes once in a while."""
    return span(timedelta(minutes=age // timedelta(minutes=1))).removesuffix(" 00 s")
