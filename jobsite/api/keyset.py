"""Pages by the last row seen, not by a number of rows to skip: as fast at the end of a list as at its start."""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db.models import Q

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_MAX_ID = 2**63 - 1


class InvalidCursor(ValueError):
    """Text that this module did not make."""


class Place(NamedTuple):
    """A row's place in the order of lists: a time, then the id, both falling. `by` names the column of the time."""

    at: datetime
    id: int

    def encode(self) -> str:
        """Opaque to clients."""
        text = f"{(self.at - _EPOCH) // _TICK}.{self.id}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def behind(self, *, by: str = "scheduled_at") -> Q:
        """The rows that follow this one."""
        return Q((f"{by}__lte", self.at)) & (Q((f"{by}__lt", self.at)) | Q(id__lt=self.id))

    def ahead(self, *, by: str = "scheduled_at") -> Q:
        """The rows before this one."""
        return Q((f"{by}__gte", self.at)) & (Q((f"{by}__gt", self.at)) | Q(id__gt=self.id))

    def up_to(self, *, by: str = "scheduled_at") -> Q:
        """The rows before this one, and it."""
        return Q((f"{by}__gte", self.at)) & (Q((f"{by}__gt", self.at)) | Q(id__gte=self.id))


def decode(text: str) -> Place:
    """The place that `Place.encode` wrote, or InvalidCursor."""
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        ticks, _, number = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii").partition(".")
        place = Place(_EPOCH + int(ticks) * _TICK, int(number))
    except (binascii.Error, UnicodeError, ValueError, OverflowError) as error:
        raise InvalidCursor("is not a cursor that this site has made; take it from the Link header") from error
    if not 0 <= place.id <= _MAX_ID:
        raise InvalidCursor("is not a cursor that this site has made; take it from the Link header")
    return place
