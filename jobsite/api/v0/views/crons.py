"""/crons: what makes jobs by a schedule."""

from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.engine.clock import database_now
from jobs.engine.crons.delete import delete_cron
from jobs.engine.crons.run_now import run_now
from jobs.engine.crons.save import save_cron
from jobs.engine.errors import NoSuchCron
from jobs.engine.submission import ACTION_NAME
from jobs.models import Cron
from jobsite.access.permissions import require
from jobsite.api.conditional import shown
from jobsite.api.v0.crons import cron_object, read_cron
from jobsite.api.v0.descriptions.crons import CRONS
from jobsite.api.v0.views.base import Endpoint
from jobsite.api.v0.wire import job_object, row_of


class Crons(Endpoint):
    needs = {
        "list": "jobs.view_cron",
        "create": "jobs.add_cron",
        "retrieve": "jobs.view_cron",
        "destroy": "jobs.delete_cron",
        "run": "jobs.run_cron",
    }
    pagination_class = None

    @CRONS["list"]
    def list(self, request: Request) -> HttpResponseBase:
        now = database_now()
        return shown(request, {"crons": [cron_object(cron, now=now) for cron in Cron.objects.order_by("name")]})

    @CRONS["create"]
    def create(self, request: Request) -> Response:
        # One address for both: who may add only must not replace.
        require(request, "jobs.change_cron")
        cron = save_cron(read_cron(self.body(request)), by=self.actor(request))
        return Response(cron_object(cron, now=database_now()), status=202)

    @CRONS["retrieve"]
    def retrieve(self, request: Request, cron_name: str) -> HttpResponseBase:
        cron = Cron.objects.filter(name=_name(cron_name)).first()
        if cron is None:
            raise NoSuchCron(cron_name)
        return shown(request, cron_object(cron, now=database_now()))

    @CRONS["destroy"]
    def destroy(self, request: Request, cron_name: str) -> Response:
        delete_cron(_name(cron_name), by=self.actor(request))
        return Response(status=204)

    @CRONS["run"]
    def run(self, request: Request, cron_name: str) -> Response:
        job = run_now(_name(cron_name), by=self.actor(request))
        return Response(job_object(row_of(job)), status=202)


def _name(text: str) -> str:
    """What is no cron's name is one that does not exist; PostgreSQL can not even be asked for a NUL."""
    if not ACTION_NAME.fullmatch(text):
        raise NoSuchCron(text)
    return text
