"""Workers that died, what they cut, and that there is one at all."""

from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from jobs.models import Job
from jobsite.console.dashboard.counted import counted
from jobsite.console.dashboard.needs.need import Need, named, plural
from workers.models import LIVING, Worker, WorkerState

# A worker that nobody has missed for longer is history.
RECENT = timedelta(days=7)


def dead_workers() -> list[Need]:
    silent = Q(state=WorkerState.DEAD) | Q(state__in=LIVING, lease_until__lte=Now())
    recent = Worker.objects.filter(silent, heartbeat_at__gt=Now() - RECENT)
    dead = list(recent.order_by("-heartbeat_at").values_list("name", flat=True)[:100])
    if not dead:
        return []
    return [
        Need(
            key="workers",
            tone="warn" if Worker.objects.alive().exists() else "bad",
            count=str(len(dead)),
            title=plural(len(dead), "dead worker", "dead workers"),
            words=f"{named(dead)}: not heard of for longer than the lease, without a goodbye.",
            url=reverse("admin:workers_worker_changelist"),
            link="Workers",
        )
    ]


def cut_jobs() -> list[Need]:
    cut = counted(Job.objects.needing_a_human())
    if not cut:
        return []
    return [
        Need(
            key="cut",
            tone="bad",
            count=str(cut),
            title=plural(cut.number, "job cut and not run again", "jobs cut and not run again"),
            words="Their worker stopped or died under them and no retry was left: what they began may be half done.",
            url=f"{reverse('admin:jobs_job_changelist')}?needs_human=true",
            link="These jobs",
        )
    ]
