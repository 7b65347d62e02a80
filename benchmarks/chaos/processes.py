"""The processes on the stage: each a program with a process, which may be dead and come back."""

import os
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from jobsite.up.process import Program


@dataclass(slots=True)
class Child:
    """A program and its process; `held` until then it is not started again."""

    program: Program
    process: subprocess.Popen[bytes]
    died_at: float | None = None
    held_until: float = 0.0
    # For its next start only.
    extra: dict[str, str] = field(default_factory=dict)
    # When it was started last, and then answered.
    back_at: float = 0.0

    @property
    def alive(self) -> bool:
        return self.process.poll() is None


def group(leader: int) -> list[int]:
    """The processes of a group."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its_group, *_ = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(its_group) == leader and state != "Z":
            found.append(int(stat.parent.name))
    return sorted(found)


def signal_group(leader: int, number: signal.Signals) -> None:
    """To all of them, also when the leader is gone already."""
    try:
        os.killpg(leader, number)
    except ProcessLookupError:
        return
