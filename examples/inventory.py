"""The devices: a TOML file with groups, templates and the variables that these are filled with."""

import difflib
import tomllib
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from examples.sample_home import sample_home

# Names become file names.
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$")]
Variables = dict[str, Any]


class InventoryError(ValueError):
    """The inventory can not be read; the message names the entry. While parameters are checked, it refuses them."""


class UnknownName(ValueError):
    """No device, or no group, has this name."""

    def __init__(self, kind: str, name: str, known: list[str]) -> None:
        near = difflib.get_close_matches(name, known, n=3) or sorted(known)[:10]
        super().__init__(f"no {kind} {name!r} in the inventory; known ones: {', '.join(near)}")


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Group(_Table):
    description: str = ""
    variables: Variables = {}


class Device(_Table):
    template: str
    groups: list[Name] = []
    variables: Variables = {}


class Inventory(_Table):
    """Variables of a device win over those of its groups, later groups over earlier ones, all over the common ones."""

    variables: Variables = {}
    groups: dict[Name, Group] = {}
    devices: dict[Name, Device]

    @model_validator(mode="after")
    def _groups_exist(self) -> Self:
        for name, device in self.devices.items():
            for group in device.groups:
                if group not in self.groups:
                    raise ValueError(f"device {name} is in group {group!r}, which is not declared")
        return self

    def device(self, name: str) -> Device:
        """Raises UnknownName."""
        if name not in self.devices:
            raise UnknownName("device", name, list(self.devices))
        return self.devices[name]

    def members(self, group: str) -> list[str]:
        """Names of the devices of a group; raises UnknownName."""
        if group not in self.groups:
            raise UnknownName("group", group, list(self.groups))
        return sorted(name for name, device in self.devices.items() if group in device.groups)

    def variables_of(self, name: str) -> Variables:
        """What the template of a device is filled with."""
        device = self.device(name)
        layers = [self.variables, *(self.groups[group].variables for group in device.groups), device.variables]
        return {key: value for layer in [*layers, {"hostname": name}] for key, value in layer.items()}


def read_inventory(path: Path | None = None) -> Inventory:
    """The inventory of this installation, or that of `path`."""
    path = path or sample_home() / "inventory.toml"
    try:
        return Inventory.model_validate(tomllib.loads(path.read_text()))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InventoryError(f"{path.name} can not be read: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"] if part != "[key]")
        raise InventoryError(f"{path.name}: {where}: {first['msg'].removeprefix('Value error, ')}") from error


def _known_device(name: str) -> str:
    read_inventory().device(name)
    return name


def _known_group(name: str) -> str:
    if not read_inventory().members(name):
        raise ValueError(f"group {name!r} has no devices")
    return name


# As parameters of actions.
KnownDevice = Annotated[str, AfterValidator(_known_device)]
KnownGroup = Annotated[str, AfterValidator(_known_group)]
