"""Every URL of the site."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from jobsite import health
from jobsite.api.v0.views.docs import unknown
from jobsite.console.login import login

urlpatterns = [
    path("", RedirectView.as_view(url="/admin/")),
    path("admin/login/", login),
    path("admin/", admin.site.urls),
    path("healthz", health.alive),
    path("readyz", health.ready),
    # Else Django would redirect it to the form with a slash.
    path("api/v0", unknown),
    path("api/v0/", include("jobsite.api.v0.urls")),
]
