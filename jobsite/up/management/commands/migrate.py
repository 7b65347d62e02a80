"""manage.py migrate: Django's own, with time for a change of a big table."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from jobsite.patience import without_limits


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> Any:
        """As `up` does it, and by hand."""
        with without_limits(connections[options["database"]]):
            return super().handle(*args, **options)
