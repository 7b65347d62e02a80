"""The query parameters of GET /jobs that choose jobs."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import django_filters  # type: ignore[import-untyped]
from django import forms

from jobs.criteria import RESURRECTED, Criteria
from jobs.models.queryset import JobQuerySet
from jobs.states import Status
from jobsite.api.filtersets import FilterSet
from jobsite.api.times import InvalidTime, parse_time
from jobsite.api.v0.errors import InvalidQuery

# Words of the original's documentation for its own statuses.
_ALIASES = {"error": Status.ERRORED.value, "cancel": Status.CANCELED.value}
PARAMETER = "parameters."
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


def read_time(name: str, text: str) -> datetime:
    """The moment of a query parameter, or InvalidQuery."""
    try:
        # An unencoded + in a query arrives as a space.
        return parse_time(text.replace(" ", "+"))
    except InvalidTime as error:
        raise InvalidQuery(name, str(error)) from error


class _MaybeEmptyField(forms.CharField):
    """None if not sent, "" if sent empty."""

    def to_python(self, value: Any) -> Any:
        return None if value is None else super().to_python(value)


class WorkerFilter(django_filters.CharFilter):  # type: ignore[misc]
    """`any`, an id, or empty: those that no worker has claimed."""

    field_class = _MaybeEmptyField


class JobFilter(FilterSet):
    """Reads the words into Criteria. Each is served by an index, or by the order of the list itself."""

    action = django_filters.CharFilter(help_text="An action's name, or `any`.")
    worker = WorkerFilter(help_text="A worker's id, `any`, or empty for jobs that none has claimed.")
    running = django_filters.ChoiceFilter(
        choices=[("any", "any"), ("true", "true"), ("false", "false")],
        help_text="`true`: running or cancel_request; `false`: all others.",
    )
    status = django_filters.CharFilter(help_text="One or several statuses, separated by commas.")
    needsHuman = django_filters.ChoiceFilter(  # noqa: N815 - the parameter's name
        choices=[("any", "any"), ("true", "true")],
        help_text="`true`: cut by a worker's stop or death, with no attempt after it.",
    )
    cron = django_filters.CharFilter(help_text="The name of the cron that made it.")
    lock = django_filters.CharFilter(help_text="A lock's name: the jobs that want it, hold it or held it.")
    retryFrom = django_filters.CharFilter(help_text="The id of an original: it and its retries.")  # noqa: N815
    scheduledAfter = django_filters.CharFilter(help_text="RFC 3339: then or later.")  # noqa: N815
    scheduledBefore = django_filters.CharFilter(help_text="RFC 3339: earlier than that.")  # noqa: N815
    q = django_filters.CharFilter(
        max_length=200,
        help_text="Part of an action's name, the first digits of an id, or the whole value of a declared parameter.",
    )

    def filter_queryset(self, queryset: JobQuerySet) -> JobQuerySet:
        return self.criteria().of(queryset)

    def criteria(self) -> Criteria:
        """What they come to, once the form is valid. Raises InvalidQuery for a word that means nothing."""
        sent: dict[str, Any] = self.form.cleaned_data
        return Criteria(
            action=_unless_any(sent["action"]) or None,
            worker=_unless_any(sent["worker"]),
            running={"true": True, "false": False}.get(sent["running"]),
            statuses=_statuses(sent["status"]),
            needs_human=sent["needsHuman"] == "true",
            cron=sent["cron"] or None,
            lock=sent["lock"] or None,
            original=_original(sent["retryFrom"]),
            scheduled_after=_time("scheduledAfter", sent),
            scheduled_before=_time("scheduledBefore", sent),
            parameters=self._parameters(),
            text=sent["q"] or None,
        )

    def _parameters(self) -> tuple[tuple[str, str], ...]:
        """`parameters.KEY=value`, as often as sent."""
        return tuple(
            (_storable(name, name.removeprefix(PARAMETER)), _storable(name, value))
            for name, values in (self.data.lists() if hasattr(self.data, "lists") else ())
            if name.startswith(PARAMETER)
            for value in values
        )


def _unless_any(word: str | None) -> str | None:
    return None if word == "any" else word


def _statuses(text: str) -> tuple[str, ...]:
    words = {_ALIASES.get(word, word) for word in map(str.strip, text.split(",")) if word}
    unknown = sorted(words - {*Status.values, RESURRECTED})
    if unknown:
        known = ", ".join([*Status.values, RESURRECTED])
        raise InvalidQuery("status", f"{unknown[0][:60]!r} is not a status; those are {known}")
    return tuple(sorted(words))


def _original(text: str) -> UUID | None:
    try:
        return parse_uuid(text) if text else None
    except InvalidId as error:
        raise InvalidQuery("retryFrom", str(error)) from error


def _time(name: str, sent: Mapping[str, str]) -> datetime | None:
    return read_time(name, sent[name]) if sent[name] else None


def _storable(name: str, text: str) -> str:
    if "\x00" in name + text:
        raise InvalidQuery(name.replace("\x00", "\\0"), "holds a NUL character, which no parameter holds")
    return text
