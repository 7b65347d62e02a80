"""Whole numbers of a query."""

import re
from collections.abc import Mapping

from jobsite.api.v0.errors import InvalidQuery

_NUMBER = re.compile(r"([+-]?)([0-9]+)")
# Past any row that a table can have, and within PostgreSQL's bigint.
_HUGE = 2**53


def number(query: Mapping[str, str], name: str, *, otherwise: int) -> int:
    """`otherwise` for one that is not sent, or empty; what is no number, or a negative one, is refused."""
    text = query.get(name, "")
    if text and not _NUMBER.fullmatch(text):
        raise InvalidQuery(name, f"{text[:60]!r} is not a whole number")
    return lenient_number(query, name, otherwise=otherwise)


def lenient_number(query: Mapping[str, str], name: str, *, otherwise: int) -> int:
    """As clients of the original need it: `otherwise` also for what is no number; a negative one is refused."""
    match = _NUMBER.fullmatch(query.get(name, ""))
    if match is None:
        return otherwise
    # Python refuses to read more than 4,300 digits.
    digits = match[2].lstrip("0")[:17] or "0"
    value = min(int(digits), _HUGE)
    if match[1] == "-" and value:
        raise InvalidQuery(name, "is negative")
    return value
