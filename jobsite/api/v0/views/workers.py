"""/workers: who runs jobs."""

from datetime import timedelta
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Now
from rest_framework.request import Request
from rest_framework.response import Response

from jobsite.api.v0.descriptions import WORKERS
from jobsite.api.v0.errors import NoSuchWorker
from jobsite.api.v0.views.base import Endpoint
from jobsite.api.v0.wire import whole_seconds
from workers.models import Worker, WorkerState

# How long one that has ended is still listed.
_REMEMBERED = timedelta(hours=24)
_LIVING = [WorkerState.RUNNING, WorkerState.DRAINING]


class Workers(Endpoint):
    needs = {"list": "workers.view_worker", "retrieve": "workers.view_worker"}
    pagination_class = None

    def get_queryset(self) -> QuerySet[Worker]:
        """With `shown`: a worker whose lease is over is dead, also before the rescue has come by."""
        over = When(state__in=_LIVING, lease_until__lte=Now(), then=Value(WorkerState.DEAD.value))
        return Worker.objects.annotate(shown=Case(over, default="state"))

    @WORKERS["list"]
    def list(self, _request: Request) -> Response:
        rank = Case(
            When(shown=WorkerState.RUNNING, then=0),
            When(shown=WorkerState.DRAINING, then=1),
            default=2,
            output_field=IntegerField(),
        )
        recent = Q(shown__in=_LIVING) | Q(heartbeat_at__gt=Now() - _REMEMBERED)
        return Response(
            {"workers": [_object(worker) for worker in self.get_queryset().filter(recent).order_by(rank, "name")]}
        )

    @WORKERS["retrieve"]
    def retrieve(self, _request: Request, worker_id: str) -> Response:
        # No id holds a NUL, and PostgreSQL can not be asked for one.
        worker = None if "\x00" in worker_id else self.get_queryset().filter(hex_id=worker_id).first()
        if worker is None:
            raise NoSuchWorker(worker_id)
        return Response(_object(worker))


def _object(worker: Any) -> dict[str, Any]:
    return {
        "id": worker.hex_id,
        "status": worker.shown,
        "capacityMap": worker.declared,
        "heartbeatExpiration": whole_seconds(worker.lease_until),
    }
