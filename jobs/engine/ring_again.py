"""ring_again: what has been ready for longer than it should is rung for once more: its bell may be lost."""

from jobs import doorbell
from jobs.engine.rows import django_rows
from jobs.engine.sql import PAUSED_CLASSES

# Ready for longer than a worker's look takes to find it. One probe of an index for each class.
_MISSED = f"""SELECT class.name FROM workers_capacityclass AS class, LATERAL (
    SELECT scheduled_at FROM jobs_job WHERE ready AND capacity_class_id = class.id
    ORDER BY priority DESC, scheduled_at, id LIMIT 1) AS head
WHERE class.id <> ALL ({PAUSED_CLASSES}) AND head.scheduled_at < now() - interval '3 seconds'
ORDER BY head.scheduled_at LIMIT 50"""  # noqa: S608 - no value of anybody's


def ring_again() -> int:
    """How many classes. Nobody passes these bells on: each worker that is free looks by itself as well."""
    classes = django_rows(_MISSED, None)
    for (name,) in classes:
        doorbell.ring(name, hops=0)
    return len(classes)
