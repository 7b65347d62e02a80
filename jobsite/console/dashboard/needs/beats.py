"""That something keeps time."""

from django.db.models.functions import Now
from django.urls import reverse

from jobsite.console.dashboard.needs.need import Need
from jobsite.health import BEAT_LIVES
from workers.models import Beat


def no_beat() -> list[Need]:
    if Beat.objects.filter(ticked_at__gt=Now() - BEAT_LIVES).exists():
        return []
    return [
        Need(
            key="beats",
            tone="bad",
            count="0",
            title="beats",
            words="No beat has ticked for half a minute: crons make no jobs.",
            url=reverse("admin:workers_beat_changelist"),
            link="Beats",
        )
    ]
