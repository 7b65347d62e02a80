"""Crons that did not make the jobs they were due for."""

from datetime import timedelta

from django.db.models.functions import Now
from django.urls import reverse

from jobs.models import Cron, CronSkip
from jobsite.console.dashboard.needs.need import Need, named, plural

RECENT = timedelta(days=1)
# What a person has not brought about by an edit, nor chosen as a policy for runs in a row.
TELLING = (
    CronSkip.Code.MISSED,
    CronSkip.Code.TOO_LATE,
    CronSkip.Code.TOO_MANY,
    CronSkip.Code.OVERLAP,
    CronSkip.Code.UNIQUE,
    CronSkip.Code.INVALID,
)
_MOST = 10_000


def skipping_crons() -> list[Need]:
    recent = CronSkip.objects.filter(skipped_at__gt=Now() - RECENT, code__in=TELLING)
    newest = recent.order_by("-skipped_at").values_list("cron_id", "code")[:_MOST]
    codes: dict[int, str] = {}
    for cron_id, code in newest:
        codes.setdefault(cron_id, code)
    names = dict(Cron.objects.filter(pk__in=codes).values_list("pk", "name"))
    told = [f"{names[cron_id]} ({CronSkip.Code(code).label})" for cron_id, code in codes.items() if cron_id in names]
    if not told:
        return []
    return [
        Need(
            key="crons",
            tone="warn",
            count=str(len(told)),
            title=plural(len(told), "cron that skips", "crons that skip"),
            words=f"In the last day: {named(told)}.",
            url=reverse("admin:jobs_cron_changelist"),
            link="Crons",
        )
    ]
