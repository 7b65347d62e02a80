"""The overview reads a few rows by an index, however many jobs there are."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.models import Job
from jobsite.console.dashboard.page import PARTS
from tests.admin.conftest import make_job, make_worker

pytestmark = pytest.mark.slow

ROWS = """
INSERT INTO jobs_job (uuid, action, status, priority, due, scheduled_at, retries_total, retries_left, deadline_text,
    stop_timeout_text, capacity_class_id, started_at, ended_at)
SELECT gen_random_uuid(), 'noop', status, 0, true, at, 0, 0, '', '', %s,
    CASE WHEN status = 'done' THEN at END, CASE WHEN status = 'done' THEN at END
FROM (SELECT now() - n * interval '1 minute' AS at, CASE WHEN n %% 20 = 0 THEN 'waiting' ELSE 'done' END AS status
      FROM generate_series(1, 20000) AS n) AS made
"""


@pytest.mark.parametrize("part", PARTS.values(), ids=list(PARTS))
def test_no_question_reads_all_jobs(part: Callable[[], dict[str, Any]], db: None) -> None:
    make_worker("w1", 1)
    job = make_job()
    with connection.cursor() as cursor:
        cursor.execute(ROWS, [job.capacity_class_id])
        cursor.execute("ANALYZE jobs_job")
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        part()
    asked = [query["sql"] for query in captured.captured_queries if "jobs_job" in query["sql"]]
    assert asked
    for sql in asked:
        plan = _plan(sql)
        assert "Seq Scan on jobs_job" not in plan, f"{sql}\n{plan}"
        # A bounded count may walk as far as its cap.
        most = 2_000 if "LIMIT" not in sql.upper() else Job.objects.count()
        assert max(map(int, re.findall(r"actual rows=(\d+)", plan))) <= most, plan


def _plan(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING off) {sql}")
        return "\n".join(line for (line,) in cursor.fetchall())
