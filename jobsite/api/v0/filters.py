"""The query parameters of GET /jobs that choose jobs."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import django_filters  # type: ignore[import-untyped]
from django import forms
from django.db.models import Q, QuerySet, Subquery

from jobs.models import Cron, Job
from jobs.models.queryset import JobQuerySet
from jobs.states import Status
from jobsite.api.times import InvalidTime, parse_time
from jobsite.api.v0.errors import InvalidQuery
from jobsite.api.v0.search import having, matching
from jobsite.api.v0.wire import RESURRECTED
from workers.models import Worker

# Words of the original's documentation for its own statuses.
_ALIASES = {"error": Status.ERRORED.value, "cancel": Status.CANCELED.value}
_PARAMETER = "parameters."
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class InvalidId(ValueError):
    """Text that is not a UUID in its canonical form."""


def parse_uuid(text: str) -> UUID:
    """Only the form that the dialect writes: Python's own reader takes braces and `urn:uuid:` too."""
    if not _UUID.fullmatch(text):
        raise InvalidId(f"{text[:60]!r} is not a UUID")
    return UUID(text)


def flag(query: Mapping[str, str], name: str) -> bool:
    """A query parameter that says `true` or `false`; false if not sent."""
    text = query.get(name, "false")
    if text not in {"true", "false"}:
        raise InvalidQuery(name, f"{text[:60]!r} is neither true nor false")
    return text == "true"


class _MaybeEmptyField(forms.CharField):
    """None if not sent, "" if sent empty."""

    def to_python(self, value: Any) -> Any:
        return None if value is None else super().to_python(value)


class WorkerFilter(django_filters.CharFilter):  # type: ignore[misc]
    """`any`, an id, or empty: those that no worker has claimed."""

    field_class = _MaybeEmptyField

    def filter(self, qs: QuerySet[Job], value: str | None) -> QuerySet[Job]:
        if value is None or value == "any":
            return qs
        # The small table first, so that the index on a job's worker serves.
        worker = Worker.objects.filter(hex_id=value).values("pk")
        return qs.filter(worker=Subquery(worker)) if value else qs.filter(worker__isnull=True)


class JobFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Each is served by an index, or by the order of the list itself."""

    action = django_filters.CharFilter(method="by_action", help_text="An action's name, or `any`.")
    worker = WorkerFilter(help_text="A worker's id, `any`, or empty for jobs that none has claimed.")
    running = django_filters.ChoiceFilter(
        method="by_running",
        choices=[("any", "any"), ("true", "true"), ("false", "false")],
        help_text="`true`: running or cancel_request; `false`: all others.",
    )
    status = django_filters.CharFilter(method="by_status", help_text="One or several statuses, separated by commas.")
    needsHuman = django_filters.ChoiceFilter(  # noqa: N815 - the parameter's name
        method="by_need",
        choices=[("any", "any"), ("true", "true")],
        help_text="`true`: cut by a worker's stop or death, with no attempt after it.",
    )
    cron = django_filters.CharFilter(method="by_cron", help_text="The name of the cron that made it.")
    retryFrom = django_filters.CharFilter(  # noqa: N815 - the parameter's name
        method="by_original", help_text="The id of an original: it and its retries."
    )
    scheduledAfter = django_filters.CharFilter(method="by_start", help_text="RFC 3339: then or later.")  # noqa: N815
    scheduledBefore = django_filters.CharFilter(method="by_end", help_text="RFC 3339: earlier than that.")  # noqa: N815
    q = django_filters.CharFilter(
        method="by_text",
        max_length=200,
        help_text="Part of an action's name, the first digits of an id, or the whole value of a declared parameter.",
    )

    def filter_queryset(self, queryset: JobQuerySet) -> QuerySet[Job]:
        """And `parameters.KEY=value`, as often as sent: all of them."""
        chosen: QuerySet[Job] = super().filter_queryset(queryset)
        for name, values in self.data.lists() if hasattr(self.data, "lists") else ():
            if name.startswith(_PARAMETER):
                key = _storable(name, name.removeprefix(_PARAMETER))
                for value in values:
                    chosen = chosen.filter(having([key], _storable(name, value)))
        return chosen

    def by_action(self, jobs: QuerySet[Job], _name: str, value: str) -> QuerySet[Job]:
        return jobs if value == "any" else jobs.filter(action=value)

    def by_running(self, jobs: JobQuerySet, _name: str, value: str) -> QuerySet[Job]:
        if value == "any":
            return jobs
        return jobs.running() if value == "true" else jobs.exclude(status__in=[Status.RUNNING, Status.CANCEL_REQUEST])

    def by_status(self, jobs: QuerySet[Job], _name: str, value: str) -> QuerySet[Job]:
        words = {_ALIASES.get(word, word) for word in map(str.strip, value.split(",")) if word}
        unknown = sorted(words - {*Status.values, RESURRECTED})
        if unknown:
            known = ", ".join([*Status.values, RESURRECTED])
            raise InvalidQuery("status", f"{unknown[0][:60]!r} is not a status; those are {known}")
        if {Status.WORKER_DEAD.value, RESURRECTED} <= words:
            return jobs.filter(status__in=words - {RESURRECTED})
        chosen = Q(status__in=words - {Status.WORKER_DEAD.value, RESURRECTED})
        if words & {Status.WORKER_DEAD.value, RESURRECTED}:
            chosen |= Q(status=Status.WORKER_DEAD, late_result_at__isnull=RESURRECTED not in words)
        return jobs.filter(chosen)

    def by_need(self, jobs: JobQuerySet, _name: str, value: str) -> QuerySet[Job]:
        return jobs.needing_a_human() if value == "true" else jobs

    def by_cron(self, jobs: QuerySet[Job], _name: str, value: str) -> QuerySet[Job]:
        return jobs.filter(cron=Subquery(Cron.objects.filter(name=value).values("pk")))

    def by_original(self, jobs: QuerySet[Job], name: str, value: str) -> QuerySet[Job]:
        try:
            uuid = parse_uuid(value)
        except InvalidId as error:
            raise InvalidQuery(name, str(error)) from error
        original = Subquery(Job.objects.filter(uuid=uuid, retry_from__isnull=True).values("pk"))
        return jobs.filter(Q(pk=original) | Q(retry_from=original))

    def by_start(self, jobs: QuerySet[Job], name: str, value: str) -> QuerySet[Job]:
        return jobs.filter(scheduled_at__gte=_time(name, value))

    def by_end(self, jobs: QuerySet[Job], name: str, value: str) -> QuerySet[Job]:
        return jobs.filter(scheduled_at__lt=_time(name, value))

    def by_text(self, jobs: QuerySet[Job], _name: str, value: str) -> QuerySet[Job]:
        return jobs.filter(matching(value))


def _time(name: str, text: str) -> datetime:
    try:
        # An unencoded + in a query arrives as a space.
        return parse_time(text.replace(" ", "+"))
    except InvalidTime as error:
        raise InvalidQuery(name, str(error)) from error


def _storable(name: str, text: str) -> str:
    if "\x00" in name + text:
        raise InvalidQuery(name.replace("\x00", "\\0"), "holds a NUL character, which no parameter holds")
    return text
