"""Firmware images, and the flash of devices: folders below the sample home."""

import hashlib
import os
import re
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from examples.configuration import write_whole
from examples.sample_home import sample_home

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
_CHUNK = 1024 * 1024


class FirmwareError(Exception):
    """A step of one device can not be done; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A file in the folder `firmware`, as images.toml declares it."""

    name: str
    version: str
    platform: str
    sha512: str

    @property
    def path(self) -> Path:
        return sample_home() / "firmware" / self.name


def find_image(url: str) -> Image:
    """The declared image that `NAME` or `file:NAME` means. ValueError for all else, which is never opened."""
    name = url.removeprefix("file:")
    if not _NAME.fullmatch(name):
        raise ValueError(
            "is not the name of an image below JOBSITE_HOME/examples/firmware, such as EOS-4.32.1F.swi; "
            "nothing is fetched over the network"
        )
    images = _declared()
    if name not in images:
        raise ValueError(f"no image {name!r} in images.toml; known ones: {', '.join(sorted(images)) or 'none'}")
    return images[name]


def _declared() -> dict[str, Image]:
    try:
        tables = tomllib.loads((sample_home() / "firmware" / "images.toml").read_text())
        wanted = TypeAdapter(dict[str, dict[str, str]]).validate_python(tables)
        return {name: Image(name=name, **table) for name, table in wanted.items()}
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError, TypeError) as error:
        raise ValueError(f"images.toml can not be read: {str(error).splitlines()[0]}") from error


class Flash:
    """What one device boots from: images, and `boot-config`, which names one of them."""

    def __init__(self, hostname: str) -> None:
        self.folder = sample_home() / "flash" / hostname

    def boots(self) -> str:
        """The image's name; empty for a device that names none."""
        try:
            # A damaged one is no obstacle: it is replaced.
            line = (self.folder / "boot-config").read_text("utf-8", "backslashreplace")
        except FileNotFoundError:
            return ""
        return line.strip().removeprefix("SWI=flash:/")

    def check_room(self, image: Image) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        needed, free = image.path.stat().st_size, shutil.disk_usage(self.folder).free
        if free < needed:
            raise FirmwareError(f"{needed:,} bytes are needed, {free:,} are free")

    def copy(self, image: Image) -> None:
        """The whole image under its name, or nothing."""
        partial = self.folder / f".{image.name}.partial"
        try:
            with image.path.open("rb") as source, partial.open("wb") as target:
                shutil.copyfileobj(source, target, _CHUNK)
                target.flush()
                os.fsync(target.fileno())
            check_intact(partial, image)
            partial.replace(self.folder / image.name)
        finally:
            partial.unlink(missing_ok=True)

    def activate(self, image: Image) -> None:
        write_whole(self.folder / "boot-config", f"SWI=flash:/{image.name}\n")

    def check_boots(self, image: Image) -> None:
        """As the device would find it at its next boot."""
        if self.boots() != image.name:
            raise FirmwareError(f"it would boot {self.boots()!r}")
        check_intact(self.folder / image.name, image)


def check_intact(path: Path, image: Image) -> None:
    """Raise FirmwareError unless the content has the declared SHA-512."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha512").hexdigest()
    if found != image.sha512.lower():
        raise FirmwareError(f"{image.name} is damaged: SHA-512 {found[:16]}..., declared {image.sha512[:16]}...")
