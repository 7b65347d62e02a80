"""The dialect's addresses. Each answers with and without a trailing slash, never by a redirect."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, re_path

from jobsite.api.v1.views.docs import Docs, unknown
from jobsite.api.v1.views.jobs import Jobs, OneJob
from jobsite.api.v1.views.locks import JobLocks
from jobsite.api.v1.views.starts import DeviceSync, FirmwareUpgrade
from jobsite.api.v1.views.system import SystemVersion


def _at(route: str, view: Callable[..., Any]) -> URLPattern:
    # \Z and not $, which an address that ends in a line break would match too.
    return re_path(rf"^{route}/?\Z", view)


urlpatterns = [
    _at(r"jobs", Jobs.as_view({"get": "list"})),
    _at(r"job/(?P<job_id>[^/]+)", OneJob.as_view({"get": "retrieve", "put": "change"})),
    _at(r"joblocks", JobLocks.as_view({"get": "list", "delete": "destroy"})),
    _at(r"device_syncto", DeviceSync.as_view({"post": "create"})),
    _at(r"firmware/upgrade", FirmwareUpgrade.as_view({"post": "create"})),
    _at(r"system/version", SystemVersion.as_view({"get": "retrieve"})),
    _at(r"docs\.json", Docs.as_view({"get": "retrieve"})),
    re_path(r"", unknown),
]
