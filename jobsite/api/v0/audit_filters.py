"""The query parameters of GET /audit. Each has an index of its own in the order of the list."""

import ipaddress

import django_filters  # type: ignore[import-untyped]
from django.db.models import QuerySet

from jobs.models import AuditEvent
from jobsite.api.filtersets import FilterSet
from jobsite.api.v0.errors import InvalidQuery
from jobsite.api.v0.filters import read_time


class AuditFilter(FilterSet):
    """All that are sent must hold."""

    user = django_filters.CharFilter(help_text="Who did it: a user's name.")
    verb = django_filters.CharFilter(help_text="What was done, such as `cancel`.")
    objectType = django_filters.CharFilter("object_type", help_text="The kind of what was changed, such as `job`.")  # noqa: N815
    objectID = django_filters.CharFilter("object_id", help_text="Its key: a job's id, a cron's or a lock's name.")  # noqa: N815
    dialect = django_filters.CharFilter(help_text="The way in: v0, v1, admin, cli or engine.")
    token = django_filters.CharFilter(help_text="The name of the access token that was used.")
    address = django_filters.CharFilter(method="by_address", help_text="The IP address that it came from.")
    since = django_filters.CharFilter(method="by_since", help_text="RFC 3339: then or later.")
    until = django_filters.CharFilter(method="by_until", help_text="RFC 3339: earlier than that.")

    def by_address(self, events: QuerySet[AuditEvent], name: str, text: str) -> QuerySet[AuditEvent]:
        try:
            # As it was stored.
            return events.filter(address=str(ipaddress.ip_address(text.strip())))
        except ValueError as error:
            raise InvalidQuery(name, f"{text[:60]!r} is not an IP address") from error

    def by_since(self, events: QuerySet[AuditEvent], name: str, text: str) -> QuerySet[AuditEvent]:
        return events.filter(at__gte=read_time(name, text))

    def by_until(self, events: QuerySet[AuditEvent], name: str, text: str) -> QuerySet[AuditEvent]:
        return events.filter(at__lt=read_time(name, text))
