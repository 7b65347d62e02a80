"""The user that the embedded services run as: PostgreSQL refuses to run as root."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`other` is true when the services run under another user than `up` itself."""

    name: str
    uid: int
    gid: int
    other: bool

    def own(self, path: Path) -> None:
        """Hand over a path that we made ourselves; never called for anything else."""
        if self.other:
            os.chown(path, self.uid, self.gid)

    def can_run(self, *argv: str | Path) -> bool:
        """Tried for real, since modes alone do not tell: mounts, access lists and parent folders count too."""
        try:
            return (
                subprocess.run(  # noqa: S603
                    argv,
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    check=False,
                    user=self.uid if self.other else None,
                    group=self.gid if self.other else None,
                    extra_groups=[] if self.other else None,
                ).returncode
                == 0
            )
        except OSError:
            return False

    def can_enter(self, folder: Path) -> bool:
        return self.can_run("/bin/sh", "-c", 'cd "$1"', "sh", folder)


def service_account(data: Path) -> Account:
    """Ourselves; as root the owner of the data that is there already, else `nobody`."""
    if os.geteuid() != 0:
        return Account(name=_name(os.geteuid()), uid=os.geteuid(), gid=os.getegid(), other=False)
    entry = pwd.getpwnam("nobody")
    if data.exists() and data.stat().st_uid != 0:
        return Account(name=_name(data.stat().st_uid), uid=data.stat().st_uid, gid=data.stat().st_gid, other=True)
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid, other=True)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # A container may run under a number that no name belongs to.
        return str(uid)
