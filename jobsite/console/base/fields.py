"""Columns and fields that many pages show, made from the name of a model's field."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jobsite.console.base.display import shown_as
from jobsite.console.base.words import pretty, span, utc


def time_column(name: str, title: str) -> Callable[..., str]:
    """A time in UTC with seconds, as the footer of every list says; sortable if the page says so."""

    @shown_as(title, ordering=name)
    def column(_admin: Any, row: Any) -> str:
        return in_two_parts(getattr(row, name))

    return column


def in_two_parts(at: datetime | None) -> str:
    """A time that breaks between its date and its clock, and nowhere else, where a column is narrow."""
    if at is None:
        return "-"
    date, _, clock = utc(at).partition(" ")
    stamp = at.astimezone(UTC).isoformat(timespec="milliseconds")
    return format_html(
        '<time class="in-parts" datetime="{}"><span>{}</span> <span>{}</span></time>', stamp, date, clock
    )


def counting(at: datetime | None, count: str) -> str:
    """A time that the page shows as the span "since" or "until" it, and keeps counting (static/jobsite/times.js)."""
    if at is None:
        return "-"
    stamp = at.astimezone(UTC).isoformat(timespec="milliseconds")
    return format_html('<time datetime="{}" data-count="{}">{}</time>', stamp, count, utc(at))


def span_field(name: str, title: str) -> Callable[..., str]:
    """A timedelta as `1.2 s`."""

    @shown_as(title)
    def field(_admin: Any, row: Any) -> str:
        return span(getattr(row, name)) or "-"

    return field


def json_field(name: str, title: str) -> Callable[..., SafeString]:
    """Indented, in a box of its own that scrolls; escaped by the template."""

    @shown_as(title)
    def field(_admin: Any, row: Any) -> SafeString:
        return render_to_string("console/code.html", {"text": pretty(getattr(row, name))})

    return field
