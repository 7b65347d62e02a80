"""A pytest plugin (`-p tests.parts`): what this machine cannot run is left out and told, and fails where CI=true."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import cable
from benchmarks.rabbitmq import SERVER

BROWSERS = ("chromium", "chromium-browser", "google-chrome")

# mark: (is it there?, the command that adds it)
PARTS: dict[str, tuple[Callable[[], bool], str]] = {
    "browser": (lambda: any(map(shutil.which, BROWSERS)), "apt install chromium"),
    "rabbitmq": (Path(SERVER).exists, "apt install rabbitmq-server"),
    "faketime": (lambda: bool(shutil.which("faketime")), "apt install faketime"),
    "curl": (lambda: bool(shutil.which("curl")), "apt install curl"),
    "netns": (cable.possible, "apt install iproute2, and run as root (in a container: privileged)"),
}
NEEDS = "needs: "


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark, (is_there, command) in PARTS.items():
        if item.get_closest_marker(mark) and not is_there():
            if os.environ.get("CI") == "true":
                pytest.fail(f"CI must run this: {command}", pytrace=False)
            pytest.skip(f"{NEEDS}{command}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """By the reports, which come from the processes of pytest-xdist too."""
    told = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    for mark, (_, command) in PARTS.items():
        if count := sum(f"{NEEDS}{command}" in each for each in told):
            terminalreporter.write_line(f"left out: {count} {mark} tests; to add them: {command}", yellow=True)
