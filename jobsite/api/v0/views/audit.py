"""/audit: who changed what, when, from where."""

from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from jobs.models import AuditEvent
from jobsite.api.v0.audit_filters import AuditFilter
from jobsite.api.v0.audit_pages import AuditPagination, export, page
from jobsite.api.v0.descriptions.audit import AUDIT
from jobsite.api.v0.errors import InvalidQuery
from jobsite.api.v0.filter_backend import FilterBackend
from jobsite.api.v0.views.base import Endpoint

_JSON, _CSV = "application/json", "text/csv"


class Audit(Endpoint):
    filter_backends = (FilterBackend,)
    filterset_class = AuditFilter
    pagination_class = AuditPagination
    needs = {"list": "jobs.view_auditevent"}

    def get_queryset(self) -> QuerySet[AuditEvent]:
        return AuditEvent.objects.order_by("-at", "-id")

    @AUDIT["list"]
    def list(self, request: Request) -> HttpResponseBase:
        wanted = request.query_params.get("format") or ("csv" if _prefers_csv(request) else "json")
        if wanted not in {"csv", "json"}:
            raise InvalidQuery("format", f"{wanted[:60]!r} is neither csv nor json")
        answer = export if wanted == "csv" else page
        response = answer(self.filter_queryset(self.get_queryset()), request)
        patch_vary_headers(response, ["Accept"])
        return response

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[BaseRenderer, str]:  # noqa: FBT001
        """Errors are JSON, to who accepts CSV alone, too."""
        if _prefers_csv(request):
            return self.get_renderers()[0], _JSON
        found: tuple[Any, str] = super().perform_content_negotiation(request, force)
        return found


def _prefers_csv(request: Request) -> bool:
    return request._request.get_preferred_type([_JSON, _CSV]) == _CSV
