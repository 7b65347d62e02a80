"""Waiting jobs that no worker can ever take."""

from django.db.models import Exists, OuterRef
from django.urls import reverse

from jobs.models import Job
from jobsite.console.base.words import units
from jobsite.console.dashboard.counted import Count, counted
from jobsite.console.dashboard.needs.need import Need, plural
from workers.capacity import fits
from workers.models import CapacityClass, Worker

_MOST = 1000


def jobs_for_nobody() -> list[Need]:
    ready = Job.objects.filter(ready=True)
    # One probe of the claim's own index for each class.
    waiting = CapacityClass.objects.filter(Exists(ready.filter(capacity_class=OuterRef("pk"))))[:_MOST]
    totals = [worker.total for worker in Worker.objects.alive()]
    classes = [found for found in waiting if not any(fits(found.needs, total) for total in totals)]
    count = counted(ready.filter(capacity_class__in=classes))
    if not count:
        return []
    return [
        Need(
            key="misfits",
            tone="bad",
            count=str(count),
            title=plural(count.number, "job that no worker can take", "jobs that no worker can take"),
            words=_why(classes, totals, count),
            url=f"{reverse('admin:jobs_job_changelist')}?status__exact=waiting",
            link="Waiting jobs",
        )
    ]


def _why(classes: list[CapacityClass], totals: list[dict[str, int]], count: Count) -> str:
    if not totals:
        return f"No worker is running. {plural(count.number, 'It waits', 'They wait')} until one is started."
    needs = classes[0].needs
    most = {kind: max(total.get(kind, 0) for total in totals) for kind in needs}
    others = f" There are {len(classes) - 1} more such classes." if len(classes) > 1 else ""
    return (
        f"Needed: {units(needs)}. The most that one worker has: {units(most)}. Start one that is large enough.{others}"
    )
