"""insert: rows of models as INSERT statements, for a connection that need not be Django's."""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Field, Model
from django.db.models.expressions import DatabaseDefault

from jobs.engine.rows import Rows
from jobs.models import Job

BATCH = 500
# Each further round needs that a job was claimed or deleted between two statements of ours.
ROUNDS = 50

Key = tuple[str, str | None]

_WAITING = """SELECT job.action, job.unique_key, job.id, job.uuid FROM jobs_job AS job
JOIN unnest(%(actions)s, %(keys)s) AS wanted(action, unique_key) USING (action, unique_key)
WHERE job.status = 'waiting' AND job.unique_key IS NOT NULL"""
# One that is about to go is waited for, and then not found; claims pass it over until the transaction has ended.
_KEPT = " FOR KEY SHARE OF job"
_UNLESS_ONE_WAITS = "ON CONFLICT (action, unique_key) WHERE unique_key IS NOT NULL AND status = 'waiting' DO NOTHING"


def insert(rows: Rows, made: Iterable[Model], *, unless: str = "") -> list[int]:
    """Insert rows of one model, and return their ids: fewer, where the clause `unless` left some out."""
    made = list(made)
    fields = _fields(type(made[0]))
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    given = [[getattr(row, field.attname) for field in fields] for row in made]
    places = ", ".join("(" + ", ".join(map(_place, row)) + ")" for row in given)
    table = connection.ops.quote_name(made[0]._meta.db_table)
    parameters = [
        field.get_db_prep_save(value, connection)
        for row in given
        for field, value in zip(fields, row, strict=True)
        if not isinstance(value, DatabaseDefault)
    ]
    # Names of columns and a clause of this file; every value is a parameter.
    statement = f"INSERT INTO {table} ({columns}) VALUES {places} {unless} RETURNING id"  # noqa: S608
    return [pk for (pk,) in rows(statement, parameters)]


def insert_unique(rows: Rows, jobs: Iterable[Job], *, keep: bool = False) -> dict[Key, tuple[int, UUID]]:
    """Insert one job for each action and unique key, unless one waits. Returns which waits now: id and uuid.

    The unique index decides, also between two that come at once: the second waits for the commit of the first.
    `keep`: for whoever names them in another row, none of them can be deleted in this transaction.
    """
    # The first of equals; sorted, so that two bulks meet in the same order and can not wait for each other.
    wanted = {(job.action, job.unique_key): job for job in reversed(list(jobs))}
    left = sorted(wanted, key=str)
    waiting = _WAITING + _KEPT if keep else _WAITING
    found: dict[Key, tuple[int, UUID]] = {}
    for _ in range(ROUNDS):
        for keys in _batches(left):
            insert(rows, [wanted[key] for key in keys], unless=_UNLESS_ONE_WAITS)
        named = {"actions": [action for action, _ in left], "keys": [key for _, key in left]}
        found |= {(action, key): (number, uuid) for action, key, number, uuid in rows(waiting, named)}
        left = [key for key in left if key not in found]
        if not left:
            return found
    raise RuntimeError(f"{len(left)} jobs with unique keys found neither room nor the job in their way")


def _batches(keys: list[Key]) -> Iterator[list[Key]]:
    rest = iter(keys)
    while some := list(islice(rest, BATCH)):
        yield some


@cache
def _fields(model: type[Model]) -> "list[Field[Any, Any]]":
    """All but the id and what PostgreSQL computes."""
    return [field for field in model._meta.concrete_fields if not field.generated and not field.primary_key]


def _place(value: object) -> str:
    return "DEFAULT" if isinstance(value, DatabaseDefault) else "%s"
