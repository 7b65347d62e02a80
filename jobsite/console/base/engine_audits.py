"""Pages whose rows are written by verbs of the engine, which audit each change themselves."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from jobsite.console.base.pages import ListAdmin


class EngineAudits(ListAdmin):
    """What Django would note beside it, the audit has."""

    def log_addition(self, *_: Any) -> Any: ...

    def log_change(self, *_: Any) -> Any: ...

    def log_deletions(self, *_: Any) -> Any: ...

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["show_history"] = False
        return super().render_change_form(request, context, *args, **kwargs)
