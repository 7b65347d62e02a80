"""promote: scheduled jobs whose time has come become ready, and are rung for."""

from django.db import connection

from jobs import doorbell

# As every worker's look does it; whoever is first takes them. One batch a time: the rest is still due at the next.
_PROMOTE = """WITH due AS (
    UPDATE jobs_job SET due = true WHERE id IN (
        SELECT id FROM jobs_job WHERE due_at <= now() ORDER BY due_at LIMIT 1000 FOR UPDATE SKIP LOCKED)
    RETURNING capacity_class_id)
SELECT class.name, jobs FROM (SELECT capacity_class_id, count(*) AS jobs FROM due GROUP BY 1) AS due
JOIN workers_capacityclass AS class ON class.id = due.capacity_class_id"""


def promote() -> int:
    """How many."""
    with connection.cursor() as cursor:
        cursor.execute(_PROMOTE)
        classes = cursor.fetchall()
    for name, _ in classes:
        doorbell.ring(name)
    return sum(jobs for _, jobs in classes)
