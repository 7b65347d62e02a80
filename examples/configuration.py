"""The configuration of one device: rendered, compared, written."""

import difflib
import math
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment

# Beside jinja's own errors, what an expression in a template can raise by itself.
_AT_FAULT = (
    *(TemplateError, OSError, TypeError, ValueError),
    *(ArithmeticError, LookupError, AttributeError, RecursionError),
)


class RenderFailed(Exception):
    """The template of one device is at fault, or a variable that it needs is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """From the running configuration to the new one. `diff` begins at its first `@@`; empty when nothing changes."""

    diff: str
    added: int
    removed: int
    # Lines of both configurations.
    lines: int


def render(templates: Path, template: str, variables: dict[str, Any]) -> str:
    """Fill a template in a sandbox; a variable that is missing is an error, never empty text."""
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(templates),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    try:
        return environment.get_template(template).render(variables)
    except TemplateNotFound as error:
        # Its own text tells where templates are looked for.
        raise RenderFailed(f"{template}: there is no template {error.name!r}") from error
    except _AT_FAULT as error:
        raise RenderFailed(f"{template}: {type(error).__name__}: {error}") from error


def compare(running: str, new: str) -> Change:
    """A unified diff without file headers."""
    before, after = running.splitlines(), new.splitlines()
    diff = list(difflib.unified_diff(before, after, lineterm=""))[2:]
    return Change(
        diff="\n".join(diff),
        added=sum(line.startswith("+") for line in diff),
        removed=sum(line.startswith("-") for line in diff),
        lines=len(before) + len(after),
    )


def change_score(changes: Iterable[Change]) -> int:
    """0..100: lines that change, in percent of all lines, old and new, rounded up: 0 only if nothing changes."""
    changes = list(changes)
    lines = sum(change.lines for change in changes)
    return math.ceil(100 * sum(change.added + change.removed for change in changes) / lines) if lines else 0


def read_running(folder: Path, hostname: str) -> str:
    """Empty for a device that has none yet."""
    try:
        return _file(folder, hostname).read_text()
    except FileNotFoundError:
        return ""


def write_running(folder: Path, hostname: str, text: str) -> None:
    """As the device's running configuration."""
    folder.mkdir(exist_ok=True)
    write_whole(_file(folder, hostname), text)


def write_whole(path: Path, text: str) -> None:
    """Replace the whole file or nothing, also when the power fails."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.stem}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _file(folder: Path, hostname: str) -> Path:
    return folder / f"{hostname}.cfg"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
