"""Command actions: programs that the operator declares in a TOML file. `install()` makes each of them an action."""

from functools import partial
from pathlib import Path

from jobs.actions.commands.declaration import Command, InvalidCommands, read_commands
from jobs.actions.commands.parameters import schema_of
from jobs.actions.commands.run import run_command
from jobs.actions.registry import Action, register

__all__ = ["InvalidCommands", "install"]


def install(path: Path) -> None:
    """Register what the file declares, or raise InvalidCommands: no process starts with a broken file."""
    for name, command in read_commands(path).items():
        try:
            register(_action(name, command))
        except ValueError as error:
            raise InvalidCommands(f"{path}: commands.{name}: {error}") from error


def _action(name: str, command: Command) -> Action:
    return Action(
        name=name,
        run=partial(run_command, command),
        description=command.description,
        parameters=schema_of(name, command.parameters, command.secret),
        capacity=command.capacity,
        locks=command.locks,
        retries=command.retries,
        deadline=command.deadline,
        stop_timeout=command.stop_timeout,
    )
