"""bin/test: every check and every test, with the time of each part."""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = Path(sys.executable).parent
ABOUT = """\
Without arguments: ruff, mypy, import-linter, makemigrations --check, then all tests, on a real PostgreSQL and Valkey
of their own, or on DATABASE_URL and BROKER_URL where these are set (that user must be allowed to make databases).
With arguments only pytest runs, and gets them:

  bin/test -m "not slow"          the fast tests, about a minute
  bin/test -k capacity            tests with that word in their name
  bin/test tests/up -x            one folder, up to the first failure
  bin/test --checks               only the checks, no tests

Without arguments, or with "not slow", tests run in two processes, each with services of its own, but for those that
look at the clock too closely.
What this machine cannot run is left out with a line that tells the command to add it; with CI=true it fails instead.
"""
CHECKS: dict[str, list[str]] = {
    "ruff check": [str(TOOLS / "ruff"), "check"],
    "ruff format": [str(TOOLS / "ruff"), "format", "--check"],
    "mypy": [str(TOOLS / "mypy")],
    "import-linter": [str(TOOLS / "lint-imports")],
    "migrations": [sys.executable, "-W", "ignore", "manage.py", "makemigrations", "--check", "--dry-run"],
}
# A name for the missing secret; the tests make a real one.
CHECKED = {"JOBSITE_OFFLINE": "1"}
PYTEST = [sys.executable, "-m", "pytest", "--durations=5"]
BROWSER = "tests/browser"
# Only where they run: to collect fuzz makes examples of every operation, for seconds.
WITHOUT_LARGE = [f"--ignore={BROWSER}", "--ignore=tests/fuzz"]
# A machine where Python may not keep what it compiles would compile all of this in each of a thousand processes.
KEPT = {"PYTHONDONTWRITEBYTECODE": ""}
# Half of the tests wait for processes most of the time; more than two of them would make those late on two cores.
BESIDE = ["-n", "2", "--dist", "worksteal"]
# Each test is in one of these, wherever it is.
TESTS: dict[str, list[str]] = {
    "fast tests": [*BESIDE, *WITHOUT_LARGE, "-m", "not slow and not alone"],
    "slow tests": [*BESIDE, f"--ignore={BROWSER}", "-m", "slow and not alone"],
    "alone": [*WITHOUT_LARGE, "-m", "alone"],
    "browser": [*BESIDE, BROWSER],
}


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="bin/test", description=ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter, usage="bin/test [...]"
    )
    parser.add_argument("--checks", action="store_true", help=argparse.SUPPRESS)
    options, for_pytest = parser.parse_known_args(argv)
    results = {} if for_pytest else {name: _run(name, command, CHECKED) for name, command in CHECKS.items()}
    if not options.checks:
        results |= {name: _run(name, [*PYTEST, *given], {}) for name, given in _tests(for_pytest).items()}
    print()
    for name, (ok, seconds) in results.items():
        print(f"{name:<14} {seconds:6.1f} s  {'ok' if ok else 'FAILED'}")
    return 0 if all(ok for ok, _ in results.values()) else 1


def _tests(for_pytest: list[str]) -> dict[str, list[str]]:
    if not for_pytest:
        return TESTS
    return {"pytest": [*([*BESIDE, *WITHOUT_LARGE] if "not slow" in for_pytest else []), *for_pytest]}


def _run(name: str, command: list[str], more: dict[str, str]) -> tuple[bool, float]:
    print(f"\n== {name}", flush=True)
    began = time.monotonic()
    code = subprocess.run(command, cwd=ROOT, env={**os.environ, **KEPT, **more}, check=False).returncode
    return code == 0, time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
