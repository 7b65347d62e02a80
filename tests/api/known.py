"""Rows that the addresses of the APIs can name."""

from datetime import timedelta

from django.utils import timezone

from jobs.models import ActionConfig, Cron, JobLog
from locks.models import JobLock, LockName
from tests.api.conftest import NOON, MakeJob, MakeWorker

Known = dict[str, dict[str, str]]


def known_rows(make_job: MakeJob, make_worker: MakeWorker) -> Known:
    """By dialect, what stands in an address: a job that runs, its worker, the lock that it holds, and so on."""
    # With a lease that outlasts the test.
    worker = make_worker(lease_until=timezone.now() + timedelta(hours=1))
    job = make_job(status="running", worker=worker, result={"devices": {}}, finished=["eosdist"])
    make_job(status="errored", exception={"message": "no", "type": "ValueError", "args": ["no"], "traceback": ""})
    make_job(status="waiting", locks=[{"name": "devices", "mode": "exclusive"}], blocked_by="devices")
    JobLog.objects.create(job=job, line_number=0, data="x")
    lock = LockName.objects.create(name="devices", fence=1)
    JobLock.objects.create(lock=lock, job=job, mode="exclusive", fence=1, acquired_at=NOON)
    Cron.objects.create(name="nightly", action="noop", schedule="@daily", next_run_at=NOON)
    ActionConfig.objects.create(action="noop", parameters={})
    v0 = {
        "job_id": str(job.uuid),
        "worker_id": worker.hex_id,
        "lock_name": "devices",
        "cron_name": "nightly",
        "name": "noop",
        "action": "noop",
        "action_name": "noop",
    }
    return {"v0": v0, "v1.0": {"job_id": str(job.pk)}}
