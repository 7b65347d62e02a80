"""The addresses of these pages, below those of crons."""

from functools import partial
from typing import Any

from django.urls import URLPattern, path

from jobsite.console.retention.page import retention_page
from jobsite.console.retention.start import StartView


def retention_urls(model_admin: Any) -> list[URLPattern]:
    page = model_admin.admin_site.admin_view(partial(retention_page, model_admin=model_admin))
    start = model_admin.admin_site.admin_view(StartView.as_view(model_admin=model_admin))
    return [
        path("retention/", page, name="jobs_retention"),
        path("retention/<slug:action>/start/", start, name="jobs_retention_start"),
    ]
