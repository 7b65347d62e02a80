"""Pages of the list of jobs by the last row seen: as fast at the end of a list as at its start, nothing is counted."""

from collections.abc import Mapping
from dataclasses import dataclass

from jobs.models import Job
from jobs.models.queryset import JobQuerySet
from jobsite.api.keyset import InvalidCursor, Place, decode

OLDER, NEWER, OLDEST = "older_than", "newer_than", "oldest"
PLACES = (OLDER, NEWER, OLDEST)
_UPWARDS = ("scheduled_at", "id")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPageRows:
    """The newest first; what follows the page on either side as a query, None where nothing does."""

    rows: list[Job]
    older: dict[str, str] | None
    newer: dict[str, str] | None


def rows_at(jobs: JobQuerySet, query: Mapping[str, str], *, most: int) -> JobPageRows:
    """The page that the query asks for; the newest if it asks for none, or for one by a word that is no place."""
    if OLDEST in query:
        rows = list(jobs.order_by(*_UPWARDS)[: most + 1])
        return _page(rows[:most][::-1], older=False, newer=len(rows) > most)
    if place := _place(query.get(NEWER)):
        rows = list(jobs.filter(place.ahead()).order_by(*_UPWARDS)[: most + 1])
        return _page(rows[:most][::-1], older=True, newer=len(rows) > most)
    place = _place(query.get(OLDER))
    behind = jobs.filter(place.behind()) if place else jobs
    rows = list(behind.newest_scheduled_first()[: most + 1])
    return _page(rows[:most], older=len(rows) > most, newer=place is not None)


def _page(rows: list[Job], *, older: bool, newer: bool) -> JobPageRows:
    return JobPageRows(
        rows=rows,
        older={OLDER: place_of(rows[-1]).encode()} if rows and older else None,
        newer={NEWER: place_of(rows[0]).encode()} if rows and newer else None,
    )


def place_of(job: Job) -> Place:
    return Place(job.scheduled_at, job.pk)


def _place(text: str | None) -> Place | None:
    try:
        return decode(text) if text else None
    except InvalidCursor:
        return None
