"""Lists whose pages go by the last row seen: as fast at the end as at the start."""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.http import HttpRequest

from jobsite.api.keyset import InvalidCursor, Place, decode
from jobsite.console.base.changelist import BoundedChangeList

OLDER, NEWER = "older_than", "newer_than"


class KeysetChangeList(BoundedChangeList):
    """The newest first, by the column `by` and the id. Counted only as far as the paginator does."""

    by: ClassVar[str]

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        query = request.GET.copy()
        self.places = {name: _place(query.pop(name)[-1]) for name in (OLDER, NEWER) if name in query}
        # A search or another filter begins at the newest again.
        request.GET = query  # type: ignore[assignment]
        super().__init__(request, *args, **kwargs)

    def get_results(self, request: HttpRequest) -> None:
        self.paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
        self.result_count = self.full_result_count = self.paginator.count
        self.show_full_result_count = self.can_show_all = self.multi_page = False
        self.show_admin_actions = True
        self.result_list: Any = self._rows()
        self.newest = self._at({}) if self.places else None

    def _rows(self) -> list[Any]:
        most, newer = self.list_per_page, self.places.get(NEWER)
        if newer:
            rows = list(self.queryset.filter(newer.ahead(by=self.by)).order_by(self.by, "id")[: most + 1])
            page, more_newer, more_older = rows[:most][::-1], len(rows) > most, True
        else:
            older = self.places.get(OLDER)
            behind = self.queryset.filter(older.behind(by=self.by)) if older else self.queryset
            rows = list(behind.order_by(f"-{self.by}", "-id")[: most + 1])
            page, more_newer, more_older = rows[:most], older is not None, len(rows) > most
        self.newer = self._beside(NEWER, page[0]) if page and more_newer else None
        self.older = self._beside(OLDER, page[-1]) if page and more_older else None
        return page

    def _beside(self, side: str, row: Any) -> str:
        return self._at({side: Place(getattr(row, self.by), row.pk).encode()})

    def _at(self, place: dict[str, str]) -> str:
        """The address of another page of the same list."""
        return f"?{urlencode({**self.filter_params, **place}, doseq=True)}"


def _place(text: str) -> Place | None:
    """None for what is no place: the newest page, then."""
    try:
        return decode(text)
    except InvalidCursor:
        return None
