"""The examples' data, copied where live runs may write."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from examples.inventory import read_inventory
from examples.sample_home import SHIPPED, sample_home


def test_the_data_is_copied_once_and_what_is_changed_stays(sample: Path) -> None:
    (sample / "running" / "eosdist.cfg").write_text("mine\n")
    assert sample_home() == sample
    assert (sample / "running" / "eosdist.cfg").read_text() == "mine\n"
    assert (SHIPPED / "running" / "eosdist.cfg").read_text() != "mine\n"


@pytest.mark.slow
def test_many_processes_at_their_first_use_make_one_whole_copy(tmp_path: Path) -> None:
    source = (
        "import django; django.setup()\nfrom examples.sample_home import *\ninput('ready\\n')\nprint(sample_home())"
    )
    home = tmp_path / "a home"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "jobsite.settings", "JOBSITE_HOME": str(home)}
    command = [sys.executable, "-u", "-c", source]
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
            for _ in range(4)
        ]
        assert [line(process) for process in processes] == ["ready"] * 4
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        assert [line(process) for process in processes] == [str(home / "examples")] * 4
    assert [path.name for path in home.iterdir()] == ["examples"]
    shipped = {path.relative_to(SHIPPED) for path in SHIPPED.rglob("*")}
    assert {path.relative_to(home / "examples") for path in (home / "examples").rglob("*")} == shipped


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_process_that_comes_second_takes_the_copy_of_the_first(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.JOBSITE_HOME = tmp_path
    monkeypatch.setattr(Path, "is_dir", _false_once(Path.is_dir))
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "mine").touch()
    assert sample_home() == tmp_path / "examples"
    assert [path.name for path in tmp_path.rglob("*")] == ["examples", "mine"]


def _false_once(real: Callable[[Path], bool]) -> Callable[[Path], bool]:
    asked: list[Path] = []

    def is_dir(path: Path) -> bool:
        asked.append(path)
        return len(asked) > 1 and real(path)

    return is_dir


def test_the_inventory_has_devices_for_a_newcomer(sample: Path) -> None:
    inventory = read_inventory()
    assert "eosdist" in inventory.devices
    assert len(inventory.devices) >= 6
    assert all(inventory.members(group) for group in inventory.groups)
