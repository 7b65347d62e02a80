"""The list of jobs, narrowed to what was cut by a worker and not run again."""

from jobs.models import Job
from jobs.states import Status
from tests.admin.conftest import NOW, Browser, make_job


def test_the_list_shows_only_what_nobody_ran_again(browser: Browser) -> None:
    cut = make_job(status=Status.WORKER_SHUTDOWN, ended_at=NOW)
    again = make_job(status=Status.WORKER_DEAD, ended_at=NOW, next_job=cut)
    page = browser("auditor").get("/admin/jobs/job/?needs_human=true").content.decode()
    assert str(cut.uuid)[:13] in page
    assert f"/admin/jobs/job/{cut.pk}/" in page
    assert f"/admin/jobs/job/{again.pk}/" not in page
    assert list(Job.objects.needing_a_human()) == [cut]
