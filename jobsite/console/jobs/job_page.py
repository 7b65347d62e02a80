"""The page of one job: its parts (jobsite/console/jobs/page/), their addresses."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse

from jobs.models import Job
from jobsite.console.base.unfold_types import UnfoldAdmin
from jobsite.console.jobs.page.again import AgainView
from jobsite.console.jobs.page.log import log_lines, log_of, log_text
from jobsite.console.jobs.page.parts import data_of, data_view, light_rows, now_of, now_view
from jobsite.console.jobs.page.verbs import VERBS, OneJob


class JobPage(UnfoldAdmin):
    """Its page alone; the list is JobListAdmin's."""

    # The page has parts of its own in place of Django's fields.
    fieldsets: ClassVar[Any] = ((None, {"fields": ()}),)

    class Media:
        css = {"all": ["jobsite/job.css"]}
        js = ["jobsite/log-lines.js"]

    def get_urls(self) -> list[URLPattern]:
        verbs: dict[str, type[OneJob]] = {**VERBS, "again": AgainView}
        return [
            path("<int:pk>/now/", now_view, name="job_now"),
            path("<int:pk>/data/", data_view, name="job_data"),
            path("<int:pk>/log/", log_lines, name="job_log"),
            path("<int:pk>/log/text/", log_text, name="job_log_text"),
            *(
                path(
                    f"<int:pk>/{name}/", self.admin_site.admin_view(view.as_view(model_admin=self)), name=f"job_{name}"
                )
                for name, view in verbs.items()
            ),
            *super().get_urls(),
        ]

    def get_object(
        self,
        request: HttpRequest,  # noqa: ARG002
        object_id: str,
        from_field: str | None = None,
    ) -> Any:
        """A job by its number, or by the UUID that the API and the audit name it with."""
        try:
            return light_rows().get(**{from_field or ("uuid" if _is_uuid(object_id) else "pk"): object_id})
        except (Job.DoesNotExist, ValueError):
            return None

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        job = context["original"]
        context.update(now_of(request, job))
        context.update(data_of(request, job))
        context.update(
            now_url=reverse("admin:job_now", args=[job.pk]), data_url=reverse("admin:job_data", args=[job.pk])
        )
        if request.user.has_perm("jobs.view_joblog"):
            context.update(log_of(job, request.GET), shows_log=True)
        return super().render_change_form(request, context, *args, **kwargs)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
