"""`bin/bench` lists the benchmarks, `bin/bench NAME [options]` runs one on real services."""

import ast
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import django

from jobsite.up.errors import Refused
from jobsite.up.services import embedded_services

FOLDER = Path(__file__).parent
USAGE = """\
usage: bin/bench NAME [options]     (bin/bench NAME --help tells the options)

Runs on a fresh PostgreSQL and Valkey in a temporary home, or on DATABASE_URL and BROKER_URL where these are set
(with SECRET_KEY; it then leaves its rows there). The last line of the output is one JSON object.

benchmarks:"""


def main(argv: list[str]) -> int:
    known = _known()
    if not argv or argv[0] in {"-h", "--help"}:
        print("\n".join([USAGE, *(f"  {name:<16} {about}" for name, about in known.items())]))
        return 0
    if argv[0] not in known:
        print(f"bench: there is no benchmark {argv[0]!r}; there are: {', '.join(known) or 'none yet'}", file=sys.stderr)
        return 2
    if (FOLDER / argv[0]).is_dir():
        # A folder starts services of its own, since it harms them.
        return int(import_module(f"benchmarks.{argv[0]}.main").main(argv[1:]))
    if {"-h", "--help"} & set(argv):
        os.environ.setdefault("JOBSITE_OFFLINE", "1")
        _run(argv)
        return 0
    try:
        with _services():
            _run(argv)
    except Refused as refused:
        print(f"bench: {refused}", file=sys.stderr)
        return 1
    return 0


def _known() -> dict[str, str]:
    """Names and first lines; read, not imported, since imports need settings and those need services."""
    found: dict[str, str] = {}
    for file in sorted((*FOLDER.glob("*.py"), *FOLDER.glob("*/main.py"))):
        tree = ast.parse(file.read_text())
        if (
            any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in tree.body)
            and file.stem != "__main__"
        ):
            name = file.stem if file.parent == FOLDER else file.parent.name
            found[name] = (ast.get_docstring(tree) or "").partition("\n")[0]
    return found


def _run(argv: list[str]) -> None:
    """The services are known by now: Django can be set up, and the module may import models."""
    os.environ["JOBSITE_APPS"] = "benchmarks"
    django.setup()
    import_module(f"benchmarks.{argv[0]}").main(argv[1:])


@contextmanager
def _services() -> Iterator[None]:
    """Gone with all their data when the benchmark ends."""
    home = Path(tempfile.mkdtemp(prefix="jobsite-bench-"))
    (home / "static").mkdir()  # Where whitenoise looks.
    home.chmod(0o711)  # As root the services run as `nobody`, who must pass.
    try:
        with embedded_services(home) as environ:
            os.environ.update(environ)
            yield
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _end(*_: Any) -> None:
    """What was started is taken down, also where a second SIGTERM comes meanwhile, as `timeout` sends it."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(128 + signal.SIGTERM)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jobsite.settings")
    sys.exit(main(sys.argv[1:]))
