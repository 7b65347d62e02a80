"""What jobs need around them: workers, beats, the broker; and how long the oldest job has waited."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Max
from django.db.models.functions import Now
from django.urls import reverse

from jobs.engine.clock import database_now
from jobs.models import Job
from jobsite.console.base.links import job_url
from jobsite.console.base.words import span, utc
from jobsite.health import BEAT_LIVES, broker_answers
from workers.models import Beat, Worker

# Everyone who looks shares one question to the broker in so many seconds.
_ASK_BROKER = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    name: str
    value: str
    words: str
    is_well: bool
    url: str = ""


def services() -> list[Service]:
    return [_workers(), _beats(), _broker(), _oldest(database_now())]


def _workers() -> Service:
    alive = list(Worker.objects.alive())
    slots = sum(worker.slots for worker in alive)
    return Service(
        name="Workers",
        value=str(len(alive)),
        words=f"with {slots} slots" if alive else "nothing can run",
        is_well=bool(alive),
        url=reverse("admin:workers_worker_changelist"),
    )


def _beats() -> Service:
    living = Beat.objects.filter(ticked_at__gt=Now() - BEAT_LIVES).count()
    last: datetime | None = Beat.objects.aggregate(last=Max("ticked_at"))["last"]
    words = "ticking" if living else f"last tick {utc(last)}" if last else "none has ever ticked"
    return Service(
        name="Beats", value=str(living), words=words, is_well=living > 0, url=reverse("admin:workers_beat_changelist")
    )


def _broker() -> Service:
    answers: bool = cache.get_or_set("dashboard-broker", broker_answers, _ASK_BROKER) or False
    words = "takes connections" if answers else "does not answer: jobs start at the workers' looks, every 2 s"
    return Service(name="Broker", value="up" if answers else "down", words=words, is_well=answers)


def _oldest(now: datetime) -> Service:
    # The first of its index, whatever it waits for.
    job = Job.objects.overdue().order_by("scheduled_at", "id").only("action", "scheduled_at").first()
    if job is None:
        return Service(name="Oldest waiting job", value="none", words="nothing waits", is_well=True)
    return Service(
        name="Oldest waiting job",
        value=span(max(now - job.scheduled_at, timedelta())),
        words=f"{job.action}, since {utc(job.scheduled_at)}",
        is_well=True,
        url=job_url(job.pk),
    )
