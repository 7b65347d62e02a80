"""A site that is long in use: jobs with results and logs, an audit, crons, workers, locks, users."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Max, Min
from django.utils import timezone

from benchmarks import site_sql
from benchmarks.tables import filling, run
from jobs.engine.classes import class_for
from jobs.models import Cron, Job
from locks.models import JobLock, LockName
from workers.models import Worker, WorkerState

MOST_WAITING = 50_000
# The last job holds it.
HELD = "device-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Its jobs have the ids from `base + 1` to `base + rows`; `base + 25` has 10,000 lines of log."""

    base: int
    rows: int

    def sample(self, count: int, *, step: int = 1) -> list[Job]:
        """Jobs from all times, `step` apart or a multiple of it; those with logs stand 50 apart."""
        apart = max(self.rows // count // step * step, step)
        ids = range(self.base + 25 + step, self.base + self.rows, apart)
        return list(Job.objects.filter(pk__in=ids).only("pk", "uuid"))


def fill(rows: int) -> Site:
    """A tenth of its jobs, 50,000 at most, waits. One of that size that an earlier benchmark left is taken as it is."""
    return _left(rows) or _made(rows)


def _left(rows: int) -> Site | None:
    held = JobLock.objects.filter(lock__name=HELD).first()
    first = Job.objects.aggregate(first=Min("pk"))["first"]
    return Site(base=first - 1, rows=rows) if held and held.job_id - first == rows - 1 else None


def _made(rows: int) -> Site:
    if User.objects.exists():
        raise SystemExit("This database is in use, or holds a site of another size: name an empty one in DATABASE_URL.")
    User.objects.bulk_create(User(username=f"user{number}") for number in range(1000))
    base = Job.objects.aggregate(last=Max("pk"))["last"] or 0
    known = {
        "base": base,
        "rows": rows,
        "waiting": max(1, min(rows // 10, MOST_WAITING)),
        "class_id": class_for({"elsewhere": 1}).id,
        "crons": [cron.pk for cron in _crons()],
        "workers": [worker.pk for worker in _workers()],
    }
    with filling("jobs_job", "jobs_joblog", "jobs_auditevent"):
        run(site_sql.RESULTS)
        run(site_sql.JOBS, known)
        run(site_sql.NEXT_ID, [base + rows])
        run(site_sql.LOGS, known)
        run(site_sql.AUDIT, known)
    _locks(base + rows)
    _analyze()
    return Site(base=base, rows=rows)


def _crons() -> list[Cron]:
    """Not due while we look."""
    due_at = timezone.now() + timedelta(days=1)
    return Cron.objects.bulk_create(
        Cron(uuid=uuid.uuid4(), name=f"cron-{number}", action="bench_noop", schedule="@daily", next_run_at=due_at)
        for number in range(200)
    )


def _workers() -> list[Worker]:
    """Two that live, of four slots each, and eighteen that were."""
    lease_until = timezone.now() + timedelta(days=1)
    return Worker.objects.bulk_create(
        Worker(
            name=f"bench-{number:02}",
            hex_id=f"{0xBE0C00000000 + number:012x}",
            boot_id=f"{number:032x}",
            state=WorkerState.RUNNING if number < 2 else WorkerState.STOPPED,
            capacity={"scan": 4},
            slots=4,
            version="bench",
            host="bench",
            pid=number + 1,
            lease_until=lease_until,
        )
        for number in range(20)
    )


def _locks(holder: int) -> None:
    """A thousand names, and one that the last job holds and others wait for."""
    LockName.objects.bulk_create(LockName(name=f"lock-{number}") for number in range(1000))
    held = LockName.objects.create(name=HELD, fence=1)
    JobLock.objects.create(lock=held, job_id=holder, mode="exclusive", fence=1, acquired_at=timezone.now())


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
