"""Rows whose secrets are encrypted anew, in batches by their id: it may be broken off, and begun again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet

from jobs.actions.parameters import InvalidParameters
from jobs.seal.form import sealed_in
from jobs.seal.keys import name_of_first
from jobs.seal.submission import seal_submission

BATCH = 200
# Rows that somebody holds are left to the next walk.
MOST_WALKS = 10

Stored = Mapping[str, Any]
Wanted = Callable[[Stored], bool]


class SealingUndone(RuntimeError):
    """Not all rows could be reached; the words say what to do."""


@dataclass(slots=True, kw_only=True)
class Sealed:
    """How many rows were changed, and why others could not be: a sentence each."""

    rows: int = 0
    refused: dict[str, str] = field(default_factory=dict)


def seal_rows(rows: QuerySet[Any], *, into: Sealed, wanted: Wanted = lambda _: True) -> None:
    """Bring the secrets of those `wanted` under the first key. Raises SealingUndone."""
    columns = {field.name for field in rows.model._meta.get_fields()} & {"action", "parameters", "next"}
    for _ in range(MOST_WALKS):
        if not _walk(rows.only(*columns).order_by("pk"), into=into, wanted=wanted):
            return
    raise SealingUndone(
        f"rows of {rows.model._meta.db_table} are held by long transactions: end those, and run it again"
    )


def _walk(rows: QuerySet[Any], *, into: Sealed, wanted: Wanted) -> int:
    """How many were held by others."""
    after, held = 0, 0
    while batch := list(rows.filter(pk__gt=after)[:BATCH]):
        found = [row.pk for row in batch if wanted(_stored(row)) and _name(row) not in into.refused]
        held += len(found) - _seal(rows.model._default_manager.filter(pk__in=found), into=into) if found else 0
        after = batch[-1].pk
    return held


@transaction.atomic
def _seal(rows: QuerySet[Any], *, into: Sealed) -> int:
    # Read again where they are locked, and no wait: who holds rows of jobs must never wait for others.
    locked = list(rows.select_for_update(skip_locked=True, no_key=True).order_by("pk"))
    for row in locked:
        try:
            columns = _columns(row, seal_submission(_stored(row)))
        except InvalidParameters as error:
            into.refused[_name(row)] = str(error)
        else:
            rows.model._default_manager.filter(pk=row.pk).update(**columns)
            into.rows += 1
    return len(locked)


def _stored(row: Any) -> Stored:
    return {"action": row.action, "parameters": row.parameters, "next": getattr(row, "next", None)}


def _columns(row: Model, sealed: Stored) -> dict[str, Any]:
    if not hasattr(row, "next"):
        return {"parameters": sealed["parameters"]}
    key = name_of_first() if any(sealed_in(dict(sealed))) else None
    return {"parameters": sealed["parameters"], "next": sealed["next"], "sealed_with": key}


def _name(row: Model) -> str:
    return f"{row._meta.model_name} {row.pk}"
