"""Pages of a table that is never counted."""

from django.conf import settings
from django.db.models import QuerySet
from django.utils.functional import cached_property

from jobsite.console.base.unfold_types import AnyPaginator


class BoundedPaginator(AnyPaginator):
    """Counts up to a cap and stops there: a list of millions shows `10,000+`, and a filter leads further."""

    template_name = "console/pagination.html"

    @property
    def cap(self) -> int:
        return int(settings.EXACT_COUNT_CAP)

    @cached_property
    def _counted(self) -> int:
        if not isinstance(self.object_list, QuerySet):
            return len(self.object_list)
        # Unordered, so that any index serves; one more than the cap tells whether there is more.
        return self.object_list.order_by()[: self.cap + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self._counted, self.cap)

    @property
    def total_words(self) -> str:
        return f"{self.count:,}+" if self._counted > self.cap else f"{self.count:,}"
