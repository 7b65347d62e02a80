"""What the search box over jobs finds: only what an index answers."""

import re
from uuid import UUID

from django.db.models import Q

_UUID_DIGITS = 32
_HEX = re.compile(r"[0-9a-f]{4,32}")
_LARGEST_ID = 2**63 - 1


def search_condition(term: str) -> Q:
    """A job's number, its UUID or how that begins, an action's exact name, or a ticket."""
    condition = Q(action=term) | Q(ticket_ref=term)
    if term.isascii() and term.isdecimal() and int(term) <= _LARGEST_ID:
        condition |= Q(pk=int(term))
    if (digits := _uuid_digits(term)) is not None:
        condition |= Q(uuid__range=(UUID(digits.ljust(_UUID_DIGITS, "0")), UUID(digits.ljust(_UUID_DIGITS, "f"))))
    return condition


def _uuid_digits(term: str) -> str | None:
    digits = term.lower().replace("-", "")
    return digits if _HEX.fullmatch(digits) else None
