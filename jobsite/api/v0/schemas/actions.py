"""Actions and capacity classes: what can be paused."""

from typing import Any

from jobsite.api.v0.schemas.common import LockNeed, Wire


class Action(Wire):
    """An action that jobs can name; `parameters` is a JSON schema, `locks` null if they depend on the parameters."""

    name: str
    description: str
    parameters: dict[str, Any]
    capacity_map: dict[str, int] | None
    locks: list[LockNeed] | None
    paused: bool


class ActionList(Wire):
    actions: list[Action]


class CapacityClass(Wire):
    """The jobs that have the same needs; its name is that of its queue."""

    name: str
    capacity_map: dict[str, int]
    paused: bool


class ClassList(Wire):
    classes: list[CapacityClass]
