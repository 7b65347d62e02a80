"""The observer: twice a second it asks the database what waits, what runs and where, with SQL of its own.

`python -m benchmarks.chaos.observer`. It uses none of the engine's columns that say what is ready or occupies.
"""

import json
import os
import time
from pathlib import Path
from typing import Any

import psycopg2

from benchmarks.chaos.ledger import append

EVERY_SECONDS = 0.5
NAME = "chaos-observer"

# One statement, so one snapshot. Spare slots are units of the type `default`, as README promises.
SNAPSHOT = """
WITH jobs AS MATERIALIZED (
    SELECT job.id, job.status, job.worker_id, job.ended_at, json_build_object(
        'job', job.uuid, 'id', job.id, 'status', job.status, 'priority', job.priority, 'worker_id', job.worker_id,
        'scheduled_at', extract(epoch FROM job.scheduled_at), 'needs', class.needs, 'ran', job.started_at IS NOT NULL,
        'blocked_by', job.blocked_by, 'locks', (
            SELECT coalesce(json_object_agg(lock ->> 'name', lock ->> 'mode'), '{}')
            FROM jsonb_array_elements(coalesce(job.locks, '[]')) AS lock)) AS told
    FROM jobs_job AS job JOIN workers_capacityclass AS class ON class.id = job.capacity_class_id
    WHERE (job.status = 'waiting' AND job.scheduled_at <= clock_timestamp() AND NOT job.paused)
        OR job.status IN ('running', 'cancel_request', 'deleted')
        OR job.ended_at > clock_timestamp() - interval '2 seconds')
SELECT json_build_object(
    'waiting', (SELECT coalesce(json_agg(told), '[]') FROM
        (SELECT told FROM jobs WHERE status = 'waiting' ORDER BY id LIMIT 500) AS first_ones),
    'occupying', (SELECT coalesce(json_agg(told), '[]') FROM jobs
        WHERE status IN ('running', 'cancel_request', 'deleted')),
    'ended', (SELECT coalesce(json_agg(told), '[]') FROM jobs WHERE ended_at IS NOT NULL),
    'workers', (SELECT coalesce(json_agg(json_build_object('id', id, 'name', name, 'state', state, 'slots', slots,
        'lease_left', extract(epoch FROM lease_until - clock_timestamp()),
        'silent', extract(epoch FROM clock_timestamp() - heartbeat_at),
        'age', extract(epoch FROM clock_timestamp() - started_at),
        'held_for', (SELECT uuid FROM jobs_job WHERE jobs_job.id = jobs_hold.job_id),
        'total', jsonb_build_object('default', greatest(slots - (SELECT coalesce(sum(value::bigint), 0)
            FROM jsonb_each_text(capacity)), least(2, slots))) || capacity)), '[]')
        FROM workers_worker LEFT JOIN jobs_hold ON jobs_hold.worker_id = workers_worker.id))
"""


def main() -> None:
    log = Path(os.environ["CHAOS_SAMPLES"])
    connection: Any = None
    while True:
        time.sleep(EVERY_SECONDS)
        try:
            connection = connection or _connect()
            with connection.cursor() as cursor:
                at = time.monotonic()
                cursor.execute(SNAPSHOT)
                [told] = cursor.fetchone()
        except psycopg2.ProgrammingError:
            # Our own mistake: who sees nothing must not look like one who finds nothing.
            raise
        except psycopg2.Error as error:
            append(log, {"at": time.monotonic(), "error": str(error).strip()[:200]})
            if connection is not None:
                connection.close()
            connection = None
        else:
            append(log, {"at": at, **(json.loads(told) if isinstance(told, str) else told)})


def _connect() -> Any:
    connection = psycopg2.connect(
        os.environ["DATABASE_URL"],
        application_name=NAME,
        connect_timeout=2,
        options="-c statement_timeout=2000 -c timezone=UTC",
    )
    connection.autocommit = True
    return connection


if __name__ == "__main__":
    main()
