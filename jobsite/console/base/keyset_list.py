"""Lists whose pages go by the last row seen: as fast at the end as at the start, and nothing is counted."""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.http import HttpRequest

from jobsite.api.keyset import InvalidCursor, Place, decode
from jobsite.console.base.changelist import BoundedChangeList

OLDER, NEWER, OLDEST = "older_than", "newer_than", "oldest"


class KeysetChangeList(BoundedChangeList):
    """The newest first, by the column `by` and the id. Its template extends console/keyset_list.html."""

    by: ClassVar[str]

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        query = request.GET.copy()
        self.place = {name: query.pop(name)[-1] for name in (OLDER, NEWER, OLDEST) if name in query}
        # A search or another filter begins at the newest again.
        request.GET = query  # type: ignore[assignment]
        super().__init__(request, *args, **kwargs)

    def get_results(self, request: HttpRequest) -> None:  # noqa: ARG002
        rows, is_more_older, is_more_newer = self._page(self.list_per_page)
        self.result_list: Any = rows
        # Equal, so that the heading tells of no count.
        self.result_count = self.full_result_count = len(rows)
        self.show_full_result_count = self.can_show_all = self.multi_page = False
        self.show_admin_actions = True
        self.older = self._beside(OLDER, rows[-1]) if rows and is_more_older else None
        self.newer = self._beside(NEWER, rows[0]) if rows and is_more_newer else None
        self.newest = self._at({}) if self.place else None
        self.oldest = self._at({OLDEST: "1"}) if self.older else None

    def _page(self, most: int) -> tuple[list[Any], bool, bool]:
        """The page that the address asks for, the newest if it asks for none; and whether there are older and newer."""
        upwards, downwards = (self.by, "id"), (f"-{self.by}", "-id")
        if OLDEST in self.place:
            rows = list(self.queryset.order_by(*upwards)[: most + 1])
            return rows[:most][::-1], False, len(rows) > most
        if place := _place(self.place.get(NEWER)):
            rows = list(self.queryset.filter(place.ahead(by=self.by)).order_by(*upwards)[: most + 1])
            return rows[:most][::-1], True, len(rows) > most
        place = _place(self.place.get(OLDER))
        behind = self.queryset.filter(place.behind(by=self.by)) if place else self.queryset
        rows = list(behind.order_by(*downwards)[: most + 1])
        return rows[:most], len(rows) > most, place is not None

    def _beside(self, side: str, row: Any) -> str:
        return self._at({side: Place(getattr(row, self.by), row.pk).encode()})

    def _at(self, place: dict[str, str]) -> str:
        """The address of another page of the same list."""
        return f"?{urlencode({**self.filter_params, **place}, doseq=True)}"


def _place(text: str | None) -> Place | None:
    """None for what is no place: the newest page, then."""
    try:
        return decode(text) if text else None
    except InvalidCursor:
        return None
