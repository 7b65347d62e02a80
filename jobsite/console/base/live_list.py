"""Lists whose rows keep fresh (static/jobsite/live.js) with the filters and the page that the person looks at."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from jobsite.console.base.live import conditional
from jobsite.console.base.pages import ListAdmin, ReadOnlyAdmin

# Asks for the rows alone.
ROWS_ONLY = "_rows"


class LiveList(ListAdmin):
    """Columns that count on show `counting(...)`, so that a list that stands still is answered 304."""

    live = True

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        query = request.GET.copy()
        rows_only = query.pop(ROWS_ONLY, None) is not None
        # Django refuses what is none of its filters.
        request.GET = query  # type: ignore[assignment]
        response = super().changelist_view(request, extra_context)
        context = response.context_data if isinstance(response, TemplateResponse) else None
        if context is None or "cl" not in context:
            # The way back from a list that was too slow is for a person, not for a script.
            return HttpResponse(status=503) if rows_only else response
        rows = ",".join(str(row.pk) for row in context["cl"].result_list)
        if rows_only:
            return _rows(request, response, rows)
        query[ROWS_ONLY] = "1"
        context.update(live_url=f"?{query.urlencode()}", live_rows=rows)
        return response


class LiveListAdmin(LiveList, ReadOnlyAdmin):
    """Over what the engine owns."""


def _rows(request: HttpRequest, response: Any, rows: str) -> HttpResponse:
    response.template_name = "console/live_rows.html"
    # Typed for conditional responses of all kinds; of an HttpResponse it makes an HttpResponse.
    answer: Any = conditional(request, response.rendered_content)
    answer["X-Rows"] = rows
    return cast("HttpResponse", answer)
