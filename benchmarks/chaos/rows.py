"""The rows of all jobs at the end, read with SQL of our own, and all files put together as evidence."""

import json
import time
from pathlib import Path
from typing import Any

import psycopg2

from benchmarks.chaos import ledger
from benchmarks.chaos.evidence import Asked, Evidence, Row, Sample, Struck
from benchmarks.chaos.ledger import append
from benchmarks.chaos.places import Places

# Seconds on the database's clock are brought to CLOCK_MONOTONIC of the same machine by `offset`.
ROWS = """
SELECT json_build_object('id', job.id, 'job', job.uuid, 'status', job.status, 'needs', class.needs,
    'locks', (SELECT coalesce(json_object_agg(lock ->> 'name', lock ->> 'mode'), '{{}}')
              FROM jsonb_array_elements(coalesce(job.locks, '[]')) AS lock),
    'worker', worker.name, 'slot', job.slot, 'retries_left', job.retries_left, 'original', original.uuid,
    'next', (SELECT uuid FROM jobs_job AS following WHERE following.id = job.next_job_id),
    'started_at', extract(epoch FROM job.started_at) - {offset},
    'ended_at', extract(epoch FROM job.ended_at) - {offset},
    'run', job.result ->> 'run', 'refused', job.late_result_at IS NOT NULL,
    'worth_a_retry', job.canceled_by IS NULL AND coalesce(job.exception ->> 'type', '') <> 'JobCanceled')
FROM jobs_job AS job JOIN workers_capacityclass AS class ON class.id = job.capacity_class_id
LEFT JOIN workers_worker AS worker ON worker.id = job.worker_id
LEFT JOIN jobs_job AS original ON original.id = job.retry_from_id
ORDER BY job.id
"""
UNFINISHED = "SELECT count(*) FROM jobs_job WHERE ended_at IS NULL"


def rows_statement() -> str:
    """The query with the offset between the two clocks at this moment."""
    return ROWS.format(offset=time.time() - time.monotonic())


def unfinished(url: str) -> int:
    """How many jobs have not ended."""
    return int(_ask(url, UNFINISHED)[0][0])


def dump(url: str, path: Path) -> None:
    """One line a row."""
    for (row,) in _ask(url, rows_statement()):
        append(path, row)


def _ask(url: str, statement: str) -> list[tuple[Any, ...]]:
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()
    finally:
        connection.close()


def evidence(places: Places) -> Evidence:
    """From the files of a run."""
    setting = json.loads(places.setting.read_text())
    return Evidence(
        lines=ledger.lines(places.ledger),
        asked=[_asked(record) for record in ledger.read(places.client)],
        rows=[Row(**record) for record in ledger.read(places.rows)],
        faults=[Struck(**record) for record in ledger.read(places.faults)],
        samples=[Sample(**record) for record in ledger.read(places.samples) if "error" not in record],
        totals=setting["totals"],
        slots=setting["slots"],
    )


def _asked(record: dict[str, Any]) -> Asked:
    return Asked(at=record["at"], what=record["what"], status=record["status"], job=record.get("job"))
