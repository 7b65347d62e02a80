"""manage.py enqueue: what POST /api/v0/jobs does, from a shell."""

import argparse
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from jobs.actions.registry import registered_actions
from jobs.cli.follow import follow, screen_for
from jobs.cli.options import EXAMPLES, USAGE, HelpFormatter, add_options
from jobs.cli.person import at_shell
from jobs.cli.screen import Screen
from jobs.cli.watch import Watch
from jobs.cli.words import read_submission
from jobs.engine.enqueue import enqueue
from jobs.engine.errors import InvalidSubmission
from jobs.models import Job
from jobs.states import Status

REFUSED = 2
INTERRUPTED = 130


class Command(BaseCommand):
    help = "Enqueue a job, and with --follow watch it to its end."
    # They would import every view, for a command that scripts call often.
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(
            prog_name, subcommand, usage=USAGE, epilog=EXAMPLES, formatter_class=HelpFormatter, **kwargs
        )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_options(parser)
        # Or `enqueue sleep --follow seconds=4` would not be understood: words after an option.
        parser.parse_args = parser.parse_intermixed_args  # type: ignore[method-assign]

    def handle(self, *args: Any, **options: Any) -> None:
        """List, or enqueue and perhaps follow."""
        if options["list"]:
            return self._list()
        if not options["action"]:
            raise CommandError(f"name an action. {USAGE}", returncode=REFUSED)
        job = _enqueue(options)
        self.stdout.write(str(job.uuid))
        self.stdout.flush()
        if options["follow"]:
            screen = screen_for(options.get("stdout") or sys.stdout, no_color=options["no_color"])
            raise SystemExit(_follow(job, screen))
        return None

    def _list(self) -> None:
        actions = [action for action in registered_actions() if not action.reserved]
        width = max(len(action.name) for action in actions)
        for action in actions:
            first_line = action.description.partition("\n")[0]
            self.stdout.write(f"{action.name:<{width}}  {first_line}".rstrip())


def _enqueue(options: dict[str, Any]) -> Job:
    if options["json"] == "-":
        # A secret on the command line would be seen by everybody's `ps`.
        options["json"] = sys.stdin.read()
    by = at_shell("enqueue")
    try:
        return enqueue(read_submission(options, scheduled_by=by.user), by=by)
    except InvalidSubmission as error:
        raise CommandError(str(error), returncode=REFUSED) from error
    except OperationalError as error:
        reason = " ".join(str(error).split())
        raise CommandError(
            f"the database does not answer; start bin/run, or set DATABASE_URL: {reason}", returncode=REFUSED
        ) from error


def _follow(job: Job, screen: Screen) -> int:
    """The exit code."""
    try:
        return 0 if follow(Watch(job.pk), screen) == Status.DONE else 1
    except KeyboardInterrupt:
        screen.close()
        screen.note(f"the job goes on; to cancel it: POST /api/v0/jobs/{job.uuid}/cancel")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read us, as `| head`, has seen enough; Python's own last flush must not complain either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    finally:
        screen.close()
