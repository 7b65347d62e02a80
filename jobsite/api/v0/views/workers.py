"""/workers: who runs jobs; drain and undrain them, set what they hold."""

from datetime import timedelta
from typing import Any

from django.db.models import Case, IntegerField, Q, When
from django.db.models.functions import Now
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.engine.drain import drain, undrain
from jobs.engine.errors import NoSuchWorker
from jobs.engine.set_capacity import set_capacity
from jobsite.api.conditional import shown
from jobsite.api.v0.bodies import read_capacity, read_reason
from jobsite.api.v0.descriptions.workers import WORKERS
from jobsite.api.v0.views.base import Endpoint
from jobsite.api.v0.wire import whole_seconds
from workers.models import LIVING, Worker, WorkerQuerySet, WorkerState

# How long one that has ended is still listed.
_REMEMBERED = timedelta(hours=24)


class Workers(Endpoint):
    needs = {
        "list": "workers.view_worker",
        "retrieve": "workers.view_worker",
        "drain": "workers.drain_worker",
        "undrain": "workers.drain_worker",
        "capacity": "workers.set_capacity",
    }
    pagination_class = None

    def get_queryset(self) -> WorkerQuerySet:
        return Worker.objects.with_shown_state()

    @WORKERS["list"]
    def list(self, request: Request) -> HttpResponseBase:
        rank = Case(
            When(shown=WorkerState.RUNNING, then=0),
            When(shown=WorkerState.DRAINING, then=1),
            default=2,
            output_field=IntegerField(),
        )
        recent = Q(shown__in=LIVING) | Q(heartbeat_at__gt=Now() - _REMEMBERED)
        workers = self.get_queryset().filter(recent).order_by(rank, "name")
        return shown(request, {"workers": [_object(worker) for worker in workers]})

    @WORKERS["retrieve"]
    def retrieve(self, request: Request, worker_id: str) -> HttpResponseBase:
        return shown(request, self._one(worker_id))

    @WORKERS["drain"]
    def drain(self, request: Request, worker_id: str) -> Response:
        drain(_known(worker_id), by=self.actor(request), reason=read_reason(self.optional_body(request)))
        return Response(self._one(worker_id), status=202)

    @WORKERS["undrain"]
    def undrain(self, request: Request, worker_id: str) -> Response:
        undrain(_known(worker_id), by=self.actor(request), reason=read_reason(self.optional_body(request)))
        return Response(self._one(worker_id), status=202)

    @WORKERS["capacity"]
    def capacity(self, request: Request, worker_id: str) -> Response:
        body = self.body(request)
        set_capacity(_known(worker_id), read_capacity(body), by=self.actor(request), reason=read_reason(body))
        return Response(self._one(worker_id), status=202)

    def _one(self, worker_id: str) -> dict[str, Any]:
        worker = self.get_queryset().filter(hex_id=_known(worker_id)).first()
        if worker is None:
            raise NoSuchWorker(worker_id)
        return _object(worker)


def _known(worker_id: str) -> str:
    """No id holds a NUL, and PostgreSQL can not be asked for one."""
    if "\x00" in worker_id:
        raise NoSuchWorker(worker_id)
    return worker_id


def _object(worker: Any) -> dict[str, Any]:
    return {
        "id": worker.hex_id,
        "status": worker.shown,
        "capacityMap": worker.declared,
        "heartbeatExpiration": whole_seconds(worker.lease_until),
    }
