"""For an operator who changes SECRET_KEY on purpose."""

from typing import Any

from django.core.management.base import BaseCommand

from jobs.cli.person import at_shell
from jobsite.up import fingerprint


class Command(BaseCommand):
    """Sessions and signed links made with the former key end; API tokens and passwords stay."""

    help = "Make this process's SECRET_KEY the one that every process on this database must have."
    # Django's checks would import every view.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        fingerprint.accept(by=at_shell("accept_secret_key"))
        self.stdout.write("This SECRET_KEY is now the database's: restart every web, worker and beat with it.")
