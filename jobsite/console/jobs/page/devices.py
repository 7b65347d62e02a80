"""What a run did to each device: results shaped `{"devices": {name: {"failed", "job_tasks": [...]}}}`. Pure."""

from dataclasses import dataclass
from itertools import islice
from typing import Any

MOST_DEVICES = 200
MOST_TASKS = 20
# Over all devices: what a browser shows without a pause.
MOST_LINES = 2000
LONGEST_LINE = 500
LONGEST_WORDS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`kind` is a class: added, removed, place, or same."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A step. `cut` counts the lines of its diff that are not shown."""

    name: str
    failed: bool
    words: str
    diff: list[Line]
    cut: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    name: str
    failed: bool
    tasks: list[Task]
    added: int
    removed: int

    @property
    def failure(self) -> str:
        """What its first failed step says."""
        return next((task.words or task.name for task in self.tasks if task.failed and task.words), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Devices:
    """Failed ones first. `total` and `failed` count all, shown or not."""

    shown: list[Device]
    total: int
    failed: int


def devices_of(result: Any) -> Devices | None:
    """None for a result of another shape."""
    found = result.get("devices") if isinstance(result, dict) else None
    if not isinstance(found, dict) or not all(map(_is_device, found.values())):
        return None
    names = sorted(found, key=lambda name: (not found[name].get("failed"), name))
    room = _Room()
    shown = [_device(name, found[name], room) for name in names[:MOST_DEVICES]]
    failed = sum(1 for device in found.values() if device.get("failed"))
    return Devices(shown=shown, total=len(found), failed=failed)


class _Room:
    """The lines that may still be shown."""

    def __init__(self) -> None:
        self.left = MOST_LINES

    def take(self, lines: list[Line]) -> list[Line]:
        taken = lines[: self.left]
        self.left -= len(taken)
        return taken


def _is_device(value: Any) -> bool:
    tasks = value.get("job_tasks") if isinstance(value, dict) else None
    return isinstance(tasks, list) and all(isinstance(task, dict) for task in tasks)


def _device(name: str, device: dict[str, Any], room: _Room) -> Device:
    diffs = [_diff(task.get("diff")) for task in device["job_tasks"]]
    kinds = [line.kind for diff in diffs for line in diff]
    pairs = islice(zip(device["job_tasks"], diffs, strict=True), MOST_TASKS)
    return Device(
        name=name[:200],
        failed=bool(device.get("failed")),
        tasks=[_task(task, diff, room) for task, diff in pairs],
        added=kinds.count("added"),
        removed=kinds.count("removed"),
    )


def _task(task: dict[str, Any], diff: list[Line], room: _Room) -> Task:
    shown = room.take(diff)
    result = task.get("result")
    return Task(
        name=str(task.get("task_name") or "-")[:200],
        failed=bool(task.get("failed")),
        words="" if result is None else str(result)[:LONGEST_WORDS],
        diff=shown,
        cut=len(diff) - len(shown),
    )


def _diff(text: Any) -> list[Line]:
    """A unified diff, with or without the names of files before its first place."""
    lines = text.splitlines() if isinstance(text, str) else []
    first = next((number for number, line in enumerate(lines) if line.startswith("@@")), len(lines))
    return [
        Line(kind=_kind(line, is_head=number < first), text=line[:LONGEST_LINE]) for number, line in enumerate(lines)
    ]


def _kind(line: str, *, is_head: bool) -> str:
    if line.startswith("@@") or (is_head and line.startswith(("+++ ", "--- "))):
        return "place"
    return {"+": "added", "-": "removed"}.get(line[:1], "same")
