"""One row of each model that has admin pages, for the table of who may do what."""

from django.contrib.auth.models import Group, User
from django.db.models import Model
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule

from jobs.models import ActionConfig, AuditEvent, Cron, Job, JobLog, Pause
from jobsite.access.models import AccessToken
from locks.models import JobLock, LockName
from tests.api.conftest import NOON
from workers.models import Beat, CapacityClass


def one_of_each(job: Job) -> dict[str, Model]:
    """By the start of the pages' address: `jobs/job`. The job runs, on a worker."""
    user = User.objects.create(username="somebody")
    interval = IntervalSchedule.objects.create(every=1, period="days")
    lock = LockName.objects.create(name="devices")
    rows = [
        job,
        job.worker,
        CapacityClass.objects.get(),
        Beat.objects.create(name="b1"),
        lock,
        JobLock.objects.create(lock=lock, job=job, mode="exclusive", fence=1, acquired_at=NOON),
        JobLog.objects.create(job=job, line_number=0, data="x"),
        ActionConfig.objects.create(action="noop"),
        AuditEvent.objects.create(dialect="cli", verb="enqueue", object_type="job", object_id="1"),
        Cron.objects.create(name="nightly", action="noop", schedule="@daily", next_run_at=NOON),
        Pause.objects.create(kind="action", name="sleep"),
        AccessToken.objects.create(user=user, name="ci", digest="0" * 64, prefix="jobsite_"),
        user,
        Group.objects.create(name="some"),
        interval,
        CrontabSchedule.objects.create(),
        ClockedSchedule.objects.create(clocked_time=NOON),
        SolarSchedule.objects.create(event="sunset", latitude=1, longitude=1),
        PeriodicTask.objects.create(name="task", task="t", interval=interval),
    ]
    return {f"{row._meta.app_label}/{row._meta.model_name}": row for row in rows if row is not None}
