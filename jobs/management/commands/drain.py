"""manage.py drain NAME: what POST /api/v0/workers/{id}/drain does, from a shell."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from jobs.cli.person import at_shell
from jobs.engine.drain import drain, undrain
from jobs.engine.errors import WorkerNotFit
from workers.models import Worker


class Command(BaseCommand):
    help = "Have a worker run what it has and claim nothing, until --undo or its next start."
    # Django's checks would import every view.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the worker's name")
        parser.add_argument("--undo", action="store_true", help="let it claim again")
        parser.add_argument("--reason", default="", help="for the audit")

    def handle(self, *args: Any, **options: Any) -> None:
        """Find the worker by its name, and ask."""
        name, verb = options["name"], undrain if options["undo"] else drain
        hex_id = Worker.objects.filter(name=name).values_list("hex_id", flat=True).first()
        if hex_id is None:
            known = ", ".join(Worker.objects.values_list("name", flat=True)[:20]) or "none"
            raise CommandError(f"no worker is named {name!r}; those known are: {known}")
        try:
            verb(hex_id, by=at_shell("drain"), reason=options["reason"])
        except WorkerNotFit as error:
            raise CommandError(f"worker {name} is {error.state}: {error}") from error
        self.stdout.write(f"worker {name} {'claims again' if options['undo'] else 'is draining'}")
