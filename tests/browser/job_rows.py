"""Jobs of every kind for the tests of a job's page: a chain of attempts, a waiting one, one that ran over devices."""

from datetime import timedelta
from typing import Any

from jobs.models import AuditEvent, Job, JobLog
from jobs.states import Status
from tests.admin.conftest import NOW, make_job, make_worker

_DIFF = "@@ -1,4 +1,4 @@\n hostname eosdist\n-ntp server 10.0.0.1\n+ntp server 10.0.0.2\n interface Vlan1"
_LONG = "a word of an error that goes on and on, with/a/path/that/never/breaks/" * 4


def chain() -> Job:
    """Failed, retried after a backoff, canceled and killed; its worker came back late."""
    worker = make_worker("worker-in-the-basement-of-building-17", 7)
    began = NOW - timedelta(minutes=10)
    error = {"type": "RenderFailed", "message": _LONG, "args": ["x"], "traceback": "Traceback\n" + "  line\n" * 60}
    first = make_job(
        action="sync_devices",
        status=Status.ERRORED,
        worker=worker,
        slot="b:1",
        created_at=began,
        scheduled_at=began,
        started_at=began + timedelta(minutes=1),
        ended_at=began + timedelta(minutes=3),
        exception=error,
        retries_total=3,
        retries_left=3,
        parameters={"hostname": "eosdist", "dry_run": False, "note": "<b>bold</b>", "token": {"$sealed": "abc"}},
        scheduled_by="ann",
        comment="a comment " * 20,
        locks=[{"name": "devices", "mode": "exclusive"}],
    )
    last = make_job(
        action="sync_devices",
        status=Status.CANCELED,
        retry_from=first,
        worker=worker,
        slot="b:2",
        created_at=began + timedelta(minutes=3),
        scheduled_at=began + timedelta(minutes=5),
        started_at=began + timedelta(minutes=6),
        ended_at=began + timedelta(minutes=9),
        late_result_at=began + timedelta(minutes=10),
        exception=error,
        result=over_devices(),
        parameters=first.parameters,
        canceled_by="ben",
        cancel_reason="it hangs",
        retries_total=3,
        retries_left=2,
        progress_done=3,
        progress_total=12,
    )
    Job.objects.filter(pk=first.pk).update(next_job=last)
    _audited(last, "cancel", began + timedelta(minutes=8), "it hangs")
    _audited(last, "stop", began + timedelta(minutes=9), "the stop timeout is over")
    _audited(last, "refuse_result", began + timedelta(minutes=10), "a result came after the job had ended")
    return last


def over_devices(count: int = 12) -> dict[str, Any]:
    def device(number: int) -> dict[str, Any]:
        failed = number % 5 == 3
        generated = {"task_name": "Generate device config", "result": "hostname x\n", "failed": False, "diff": ""}
        wrong = "the template access.j2 names a variable that the inventory does not have: uplink" if failed else None
        synced = {"task_name": "Sync device config", "result": wrong, "failed": failed, "diff": "" if failed else _DIFF}
        return {"failed": failed, "job_tasks": [generated, synced]}

    return {"devices": {f"access-{number:02}.building-17.example.org": device(number) for number in range(count)}}


def logged(job: Job, lines: int, *, first: int = 0) -> None:
    texts = [
        f"line {number} of the log" + (", which is long" * 20 if number % 9 == 4 else "") for number in range(lines)
    ]
    JobLog.objects.bulk_create(
        JobLog(job=job, line_number=first + number, data=text) for number, text in enumerate(texts)
    )


def _audited(job: Job, verb: str, at: Any, reason: str) -> None:
    AuditEvent.objects.create(
        verb=verb, user="ben", dialect="admin", object_type="job", object_id=str(job.uuid), at=at, reason=reason
    )
