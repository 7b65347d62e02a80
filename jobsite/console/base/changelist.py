"""The list page behind every model of ours."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst

from jobsite.console.base.unfold_types import UnfoldChangeList


class BoundedChangeList(UnfoldChangeList):
    """Reads only the columns that it shows."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.title = capfirst(str(self.opts.verbose_name_plural))

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        queryset = super().get_queryset(request, exclude_parameters)
        columns = getattr(self.model_admin, "list_only", ())
        return queryset.only(*columns) if columns else queryset

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        # The footer says how many there are; Unfold's header would say it again, without the `+` of a count cut short.
        self.full_result_count = self.result_count
