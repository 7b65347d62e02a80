"""Is the process there, and can jobs run? For load balancers and supervisors: no login, no secrets, short waits."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import Error
from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from kombu import Connection

from jobs.models import Job
from jobsite.broker import is_redis
from jobsite.patience import TooSlow, at_most
from workers.models import Beat, Worker

BEAT_LIVES = timedelta(seconds=30)
_WAIT = timedelta(seconds=1)
_NEEDED = ("database", "broker", "workers", "beats")


@require_safe
def alive(_request: HttpRequest) -> JsonResponse:
    """`/healthz`: the process answers."""
    return JsonResponse({"status": "alive"})


@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """`/readyz`: 503 unless the database, the broker, a worker and a beat are there."""
    found = {**_database(), "broker": broker_answers()}
    is_ready = all(found[part] for part in _NEEDED)
    body = {"status": "ready" if is_ready else "unavailable", **found}
    return JsonResponse(body, status=200 if is_ready else 503)


def _database() -> dict[str, Any]:
    """What it says of workers, beats and the queue; nothing of them if it does not answer."""
    try:
        with at_most(_WAIT):
            return {
                "database": True,
                "workers": Worker.objects.filter(lease_until__gt=Now()).count(),
                "beats": Beat.objects.filter(ticked_at__gt=Now() - BEAT_LIVES).count(),
                "oldestWaitingSeconds": _oldest_waiting_seconds(),
            }
    except (Error, TooSlow):
        return {"database": False, "workers": 0, "beats": 0, "oldestWaitingSeconds": None}


def _oldest_waiting_seconds() -> float | None:
    """How long the job that has waited longest is overdue; None if none is."""
    overdue = ExpressionWrapper(Now() - F("scheduled_at"), output_field=DurationField())
    oldest = Job.objects.overdue().order_by("scheduled_at", "id").values_list(overdue, flat=True).first()
    return None if oldest is None else round(oldest.total_seconds(), 3)


def broker_answers() -> bool:
    """Whether it takes a connection, within a second."""
    seconds = _WAIT.total_seconds()
    waits = {"socket_connect_timeout": seconds, "socket_timeout": seconds}
    options = waits if is_redis(settings.BROKER_URL) else {}
    connection = Connection(settings.BROKER_URL, connect_timeout=seconds, transport_options=options)
    try:
        # Once: Connection.connect() would try again after a pause of two seconds.
        connection.transport.close_connection(connection.transport.establish_connection())
    except connection.connection_errors:
        return False
    return True
