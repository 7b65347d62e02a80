"""Every URL of the site."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from jobsite import health
from jobsite.api.browse import browse
from jobsite.api.v0.views.docs import unknown as unknown_in_v0
from jobsite.api.v1.views.docs import unknown as unknown_in_v1
from jobsite.console.login import login

admin.autodiscover()
urlpatterns = [
    path("", RedirectView.as_view(url="/admin/")),
    path("admin/login/", login),
    path("admin/overview/", include("jobsite.console.dashboard.page")),
    path("admin/", admin.site.urls),
    path("healthz", health.alive),
    path("readyz", health.ready),
    re_path(r"^api(?:/docs)?/?\Z", RedirectView.as_view(url="/api/docs/v0")),
    re_path(r"^api/docs/(?P<dialect>v0|v1\.0)/?\Z", browse, name="api-docs"),
    # Else Django would redirect it to the form with a slash.
    path("api/v0", unknown_in_v0),
    path("api/v0/", include("jobsite.api.v0.urls")),
    path("api/v1.0", unknown_in_v1),
    path("api/v1.0/", include("jobsite.api.v1.urls")),
]
