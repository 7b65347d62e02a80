"""The site's addresses, and `/bare`: what the framework alone costs."""

from typing import Any

from django.urls import path
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from jobsite.urls import urlpatterns as site

_JOB: dict[str, Any] = {
    "id": "252b3b26-1149-46c1-9e20-4849f9ec97a3",
    "retryFromID": "252b3b26-1149-46c1-9e20-4849f9ec97a3",
    "workerID": "f97ebb52f0f6",
    "status": "done",
    "scheduledAt": "2018-04-21T09:45:00.251Z",
    "lastUpdated": "2018-04-21T09:45:02.709Z",
    "action": "sync_devices",
    "retriesLeft": 0,
    "retriesTotal": 0,
    "capacityMap": None,
    "parameters": {"dry_run": True, "hostname": "dev-1"},
    "deadline": "",
    "stopTimeout": "",
}


class Bare(APIView):
    """No login, no database: the same JSON each time, rendered anew, as long as a list of 50 jobs or as one job."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get(self, _request: Request) -> Response:
        return Response({"jobs": [_JOB] * 50})

    def post(self, request: Request) -> Response:
        body: Any = request.data
        return Response({**_JOB, "action": body["action"]}, status=202)


urlpatterns = [path("bare", Bare.as_view()), *site]
