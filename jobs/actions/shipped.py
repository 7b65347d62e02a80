"""What every installation can run: the actions that come with jobsite, and the commands that its operator declares."""

from pathlib import Path

from django.conf import settings

from jobs.actions import builtin, bulk, onlinegc, webhook
from jobs.actions.commands import install as install_commands

# Importing one registers its actions.
MODULES = (builtin, bulk, onlinegc, webhook)


def install() -> None:
    """Called once, at the start of each process; raises InvalidCommands for a commands file that is broken."""
    if settings.COMMANDS_FILE:
        install_commands(Path(settings.COMMANDS_FILE))
