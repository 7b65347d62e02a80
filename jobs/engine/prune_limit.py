"""How far back is kept: by age, by number, or by whichever keeps less."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, Value
from django.db.models.functions import Greatest, Now

from jobs.models import Job


def prune_limit(*, older_than: timedelta | None, most: int | None) -> Any:
    """What belongs to jobs that ended before this time goes; None if nothing does.

    `most` jobs that ended are kept, the newest: they are passed once, in their index.
    """
    limits: list[Any] = [] if older_than is None else [Now() - older_than]
    if most is not None and (end := _end_of_last_kept(most)):
        limits.append(Value(end, output_field=DateTimeField()))
    return Greatest(*limits, output_field=DateTimeField()) if len(limits) > 1 else next(iter(limits), None)


def _end_of_last_kept(most: int) -> datetime | None:
    """None where no more than these have ended."""
    ended = Job.objects.filter(ended_at__isnull=False).order_by("-ended_at")
    return next(iter(ended.values_list("ended_at", flat=True)[most - 1 : most]), None)
