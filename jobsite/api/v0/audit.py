"""Audit rows on the wire: as JSON objects and as lines of CSV."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from jobsite.api.v0.wire import rfc3339
from jobsite.csv_lines import csv_lines


class AuditRow(NamedTuple):
    """The fields are the table's columns; `at` as it is read, or as it is written."""

    id: int
    at: Any
    verb: str
    object_type: str
    object_id: str
    user: str
    dialect: str
    address: str
    client: str
    token: str
    before: Any
    after: Any
    reason: str


_KEYS = (
    *("id", "at", "verb", "objectType", "objectID", "user", "dialect", "address", "client", "token"),
    *("before", "after", "reason"),
)


def audit_object(row: AuditRow) -> dict[str, Any]:
    return dict(zip(_KEYS, row._replace(at=rfc3339(row.at)), strict=True))


def rows_of(events: Any, *, limit: int) -> list[AuditRow]:
    """The first of these, in one query."""
    return [AuditRow(*row) for row in events.values_list(*AuditRow._fields)[:limit]]


def as_csv(parts: Iterator[list[AuditRow]]) -> Iterator[str]:
    """A header, and a line for each row."""
    return csv_lines(_KEYS, ([audit_object(row).values() for row in rows] for rows in parts))
