"""manage.py secrets: for the operator who changes PARAMETERS_KEY, or whose action got a secret parameter."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from jobs.cli.person import at_shell
from jobs.engine.reseal import reseal
from jobs.engine.seal_stored import seal_stored
from jobs.engine.sealing import SealingUndone
from jobsite.up import fingerprint

VERBS = {
    "rotate": (reseal, "bring every stored secret under the first key of PARAMETERS_KEY"),
    "seal": (seal_stored, "encrypt what was stored before its action declared it secret"),
}


class Command(BaseCommand):
    help = "Change the key of secret parameters. Can be broken off, and run again."
    # Django's checks would import every view.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        told = "; ".join(f"{name}: {words}" for name, (_, words) in VERBS.items())
        parser.add_argument("verb", choices=list(VERBS), help=told)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.PARAMETERS_KEYS:
            raise CommandError("PARAMETERS_KEY is not set: give it the new key and, after a comma, the former one")
        fingerprint.check()
        verb, _ = VERBS[options["verb"]]
        try:
            sealed = verb(by=at_shell("secrets"))
        except SealingUndone as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{sealed.rows} rows encrypted anew")
        if sealed.refused:
            named = "\n".join(f"{name}: {why}" for name, why in sealed.refused.items())
            raise CommandError(f"{len(sealed.refused)} could not be, so keep the former keys:\n{named}")
        if options["verb"] == "rotate":
            fingerprint.accept_parameters_key()
            self.stdout.write("the first key is now the database's; the others may be left out at the next restart")
