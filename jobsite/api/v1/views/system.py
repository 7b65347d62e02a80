"""/system/version, which clients read before they log in."""

from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from jobsite import version
from jobsite.api.v1.descriptions import READ_VERSION
from jobsite.api.v1.views.base import Endpoint, success


class SystemVersion(Endpoint):
    authentication_classes = ()
    permission_classes = (AllowAny,)
    pagination_class = None

    @READ_VERSION
    def retrieve(self, _request: Request) -> Response:
        return success({"version": version.VERSION, "git_version": version.git_version()})
