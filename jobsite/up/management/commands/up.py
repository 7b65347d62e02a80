"""Listed here for `manage.py help`; manage.py itself goes to jobsite.up.main, since `up` makes what settings need."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from jobsite.up.main import main
from jobsite.up.options import ABOUT, add_options


class Command(BaseCommand):
    """Reached only by call_command."""

    help = ABOUT
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        raise SystemExit(main([f"--{name}={options[name]}" for name in ("host", "port") if options[name]]))
