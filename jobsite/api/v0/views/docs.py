"""/docs.json, and the answer for everything that is not there."""

from functools import cache
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from jobsite.api.describing import READ_DOCS
from jobsite.api.openapi import description
from jobsite.api.v0.errors import envelope, not_found
from jobsite.api.v0.views.base import Endpoint


class Docs(Endpoint):
    # Clients read `.info.version` before they log in.
    authentication_classes = ()
    permission_classes = (AllowAny,)
    pagination_class = None

    @READ_DOCS
    def retrieve(self, _request: Request) -> Response:
        return Response(_description())


@cache
def _description() -> Any:
    # Half a second's work, the same for all.
    return description({})


@csrf_exempt
def unknown(_request: HttpRequest) -> JsonResponse:
    error = not_found()
    return JsonResponse(envelope(error.code, error.message), status=error.status)
