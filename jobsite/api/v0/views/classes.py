"""/classes: the needs that jobs have, which can be paused."""

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.engine.pause import pause
from jobs.engine.resume import resume
from jobs.models import Pause
from jobsite.api.conditional import shown
from jobsite.api.v0.bodies import read_reason
from jobsite.api.v0.descriptions.actions import CLASSES
from jobsite.api.v0.views.base import Endpoint
from workers.models import CapacityClass


class Classes(Endpoint):
    needs = {"list": "workers.view_capacityclass", "pause": "jobs.pause", "resume": "jobs.pause"}
    pagination_class = None

    @CLASSES["list"]
    def list(self, request: Request) -> HttpResponseBase:
        paused = Pause.names(Pause.Kind.CLASS)
        rows = CapacityClass.objects.order_by("name").values_list("name", "needs")
        classes = [{"name": name, "capacityMap": needs, "paused": name in paused} for name, needs in rows]
        return shown(request, {"classes": classes})

    @CLASSES["pause"]
    def pause(self, request: Request, name: str) -> Response:
        pause(Pause.Kind.CLASS, name, by=self.actor(request), reason=read_reason(self.optional_body(request)))
        return Response(status=204)

    @CLASSES["resume"]
    def resume(self, request: Request, name: str) -> Response:
        resume(Pause.Kind.CLASS, name, by=self.actor(request), reason=read_reason(self.optional_body(request)))
        return Response(status=204)
