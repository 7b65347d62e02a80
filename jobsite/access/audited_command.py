"""A command of Django that saves accounts: what it saved goes into the audit."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand
from django.db import connections, transaction
from django.db.models.signals import post_save

from jobs.cli.person import at_shell
from jobs.engine.audit import audit
from jobsite.patience import without_limits


class AuditedCommand(BaseCommand):
    """Before Django's own among the bases, whose `handle` it is."""

    def handle(self, *args: Any, **options: Any) -> Any:
        """In one transaction with it, in which somebody may type for as long as they like."""
        name, database = self.__module__.rpartition(".")[2], options["database"]
        with without_limits(connections[database]), transaction.atomic(database), _saved() as saved:
            answer = super().handle(*args, **options)
            for user, created in saved:
                # What has changed, never its value: it is a password.
                after = {"is_superuser": user.is_superuser} if created else {"fields": ["password"]}
                verb = "create" if created else "change"
                audit(verb, by=at_shell(name), object_type="user", object_id=user.get_username(), after=after)
        return answer


@contextmanager
def _saved() -> Iterator[list[tuple[User, bool]]]:
    """Django's commands do not say whose account it was: the name may have been typed."""
    saved: list[tuple[User, bool]] = []

    def note(instance: User, created: bool, **_: Any) -> None:  # noqa: FBT001 - Django's
        saved.append((instance, created))

    post_save.connect(note, sender=User)
    try:
        yield saved
    finally:
        post_save.disconnect(note, sender=User)
