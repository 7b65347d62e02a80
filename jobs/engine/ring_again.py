"""ring_again: what has been ready for longer than it should is rung for once more: its bell may be lost."""

from django.db import connection

from jobs import doorbell

# Ready for longer than a worker's look takes to find it. One probe of an index for each class.
_MISSED = """SELECT class.name FROM workers_capacityclass AS class, LATERAL (
    SELECT scheduled_at FROM jobs_job WHERE ready AND capacity_class_id = class.id
    ORDER BY priority DESC, scheduled_at, id LIMIT 1) AS head
WHERE head.scheduled_at < now() - interval '3 seconds' ORDER BY head.scheduled_at LIMIT 50"""


def ring_again() -> int:
    """How many classes. Nobody passes these bells on: each worker that is free looks by itself as well."""
    with connection.cursor() as cursor:
        cursor.execute(_MISSED)
        classes = cursor.fetchall()
    for (name,) in classes:
        doorbell.ring(name, hops=0)
    return len(classes)
