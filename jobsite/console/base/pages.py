"""The bases of all pages: lists that stay fast, and pages that only show."""

from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin import ShowFacets, display
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.safestring import SafeString

from jobsite import patience
from jobsite.console.base.changelist import BoundedChangeList
from jobsite.console.base.once import select_box
from jobsite.console.base.paginator import BoundedPaginator
from jobsite.console.base.unfold_types import UnfoldAdmin


class ListAdmin(UnfoldAdmin):
    """Never counts a table, and gives up on a list that would read too much of one."""

    paginator = BoundedPaginator
    show_full_result_count = False
    # A facet is a COUNT of the whole table for each choice.
    show_facets = ShowFacets.NEVER
    # A row of a wide list takes the theme 2 to 4 ms.
    list_per_page = 40
    list_max_show_all = 0
    list_fullwidth = True
    list_filter_submit = True
    # The columns that the list reads; empty for all.
    list_only: tuple[str, ...] = ()
    # What the query string may ask for; None for Django's own rules.
    allowed_lookups: frozenset[str] | None = None
    # Shown instead of rows: what would make some appear.
    empty_text = ""
    # Named when a list was too slow.
    narrow_by = "another filter"

    @display(description="Select")
    def action_checkbox(self, obj: Model) -> SafeString:
        return select_box(obj.pk)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:  # noqa: ARG002
        return BoundedChangeList

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        if self.allowed_lookups is None:
            return super().lookup_allowed(lookup, value, request)
        return lookup in self.allowed_lookups

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, or, where its filters would read too much, the unfiltered list and a word on what to do."""
        try:
            with patience.at_most(patience.LIST):
                return super().changelist_view(request, extra_context)
        except patience.TooSlow:
            if not request.GET:
                raise
            messages.warning(request, f"That reads too much of a large table. Narrow it by {self.narrow_by} as well.")
            return HttpResponseRedirect(request.path)


class ReadOnlyAdmin(ListAdmin):
    """Over what the engine owns. Looks, never touches: state changes only through verbs, each with its audit row."""

    actions: Any = None
    # Only columns whose order an index gives, or of small tables.
    sortable_by: ClassVar[list[str] | tuple[str, ...] | None] = ()

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        # Django's own history knows nothing of the engine: the audit does.
        context = {"show_history": False, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, context)
