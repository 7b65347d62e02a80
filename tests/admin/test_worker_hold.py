"""The worker's page says for whom its capacity is kept free."""

from django.db.models import Model
from django.urls import reverse

from jobs.models import Hold, Job
from tests.admin.conftest import Browser, make_job
from tests.admin.pages import page
from workers.models import Worker


def test_the_job_that_capacity_is_kept_for_is_named_while_it_waits(browser: Browser, rows: dict[str, Model]) -> None:
    client, worker = browser("superuser"), rows["workers.worker"]
    assert isinstance(worker, Worker)
    job = make_job(status="waiting", started_at=None, ended_at=None)
    link = f'{reverse("admin:jobs_job_change", args=[job.pk])}">job {job.pk} '
    assert link not in client.get(page("workers.worker", rows)).content.decode()
    Hold.objects.create(worker=worker, job=job)
    assert link in client.get(page("workers.worker", rows)).content.decode()
    Job.objects.filter(pk=job.pk).update(paused=True)
    assert link not in client.get(page("workers.worker", rows)).content.decode()
