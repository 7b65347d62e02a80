"""Queries over jobs as words."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Now

from jobs.states import CUT, Status

if TYPE_CHECKING:
    from jobs.models.job import Job  # noqa: F401


# Cut by their worker's stop or death, and not run again.
NEEDING_A_HUMAN = models.Q(status__in=CUT, next_job__isnull=True)


class JobQuerySet(models.QuerySet["Job"]):
    """`Job.objects.waiting().due()`"""

    def waiting(self) -> "JobQuerySet":
        return self.filter(status=Status.WAITING)

    def occupying(self) -> "JobQuerySet":
        """Those that hold a slot and its units."""
        return self.filter(occupies=True)

    def running(self) -> "JobQuerySet":
        """Those that a worker is at, as `running=true` of /api/v0 means it."""
        return self.filter(status__in=[Status.RUNNING, Status.CANCEL_REQUEST])

    def overdue(self) -> "JobQuerySet":
        """Waiting, and their time has come."""
        return self.waiting().filter(scheduled_at__lte=Now())

    def needing_a_human(self) -> "JobQuerySet":
        """Nobody but a person knows what is left to do."""
        return self.filter(NEEDING_A_HUMAN)

    def newest_scheduled_first(self) -> "JobQuerySet":
        return self.order_by("-scheduled_at", "-id")
