"""/jobs/bulk: one verb for all jobs that match."""

from rest_framework.request import Request
from rest_framework.response import Response

from jobs.engine.bulk import MOST, bulk, candidates, require_few
from jobsite import patience
from jobsite.access.permissions import lacking, require
from jobsite.api.v0.bodies import read_bulk
from jobsite.api.v0.bulk import read_criteria
from jobsite.api.v0.descriptions.bulk import BULK
from jobsite.api.v0.views.base import Endpoint
from jobsite.api.v0.wire import job_object, row_of


class Bulk(Endpoint):
    needs = {"create": "jobs.submit_job"}

    @BULK["create"]
    def create(self, request: Request) -> Response:
        asked = read_bulk(self.body(request))
        require(request, f"jobs.{asked.verb}_job")
        criteria = read_criteria(asked.filter)
        if asked.dry_run:
            with patience.at_most(patience.LIST):
                return Response({"count": candidates(asked.verb, criteria).count()})
        unlimited = request.user.has_perm("jobs.bulk_job")
        if not unlimited:
            with patience.at_most(patience.LIST):
                require_few(asked.verb, criteria)
        most = None if unlimited else MOST
        by, reason = self.actor(request), asked.reason or ""
        job = bulk(asked.verb, criteria, by=by, reason=reason, most=most, lacks=lacking(request.user))
        return Response(job_object(row_of(job)), status=202)
