"""A slot: one process of a worker, which runs one job at a time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from jobs.engine.classes import KnownClass
from jobs.engine.session import Session
from jobs.engine.sql import CLASSES
from workers import capacity


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A job that this slot runs now: enough to run it, no more."""

    id: int
    uuid: UUID
    action: str
    parameters: dict[str, Any] | None
    class_id: int
    stop_timeout: timedelta | None
    retries_left: int
    retries_total: int
    # A submission that follows on success, as it is stored (engine/chain.py).
    next: dict[str, Any] | None
    # What this parameter came to at the submission; None for an action without one.
    dry_run: bool | None
    # The operator's default parameters of the action.
    configured: dict[str, Any] | None
    # Names of the locks that it holds, with the fence of each.
    fence: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, columns: tuple[Any, ...]) -> "Claimed | None":
        """From the columns that the claims return, the fence only with locks; None when nothing was claimed."""
        if columns[0] is None:
            return None
        names = ("id", "uuid", "action", "parameters", "class_id", "stop_timeout", "retries_left", "retries_total")
        return cls(**dict(zip((*names, "next", "dry_run", "configured", "fence"), columns, strict=False)))


@dataclass(slots=True, kw_only=True)
class Slot:
    """What the process knows between jobs. `name` is the boot id and the pid: unique while it occupies."""

    worker_id: int
    boot_id: str
    name: str
    session: Session = field(default_factory=Session)
    capacity_version: int = 0
    _classes: dict[int, KnownClass] = field(default_factory=dict)
    _newest_class: int = 0
    _within: dict[int, list[int]] = field(default_factory=dict)

    def classes(self) -> list[KnownClass]:
        """All classes that this process knows of, read at first use."""
        if not self._classes:
            self._read_classes()
        return list(self._classes.values())

    def notice(self, newest_class: int | None) -> None:
        """Every claim tells the newest class: read the table again when it is news, or was dropped.

        Of others that were dropped nothing waits: to know them still costs a probe.
        """
        if newest_class is not None and newest_class != self._newest_class:
            self._read_classes()

    def class_named(self, name: str) -> KnownClass | None:
        """The class of a bell: one that this process has not heard of is looked up."""
        for _ in range(2):
            if found := next((known for known in self.classes() if known.name == name), None):
                return found
            self._read_classes()
        return None

    def fitting(self, units: Mapping[str, int]) -> list[int]:
        """Ids of the classes whose needs these units hold."""
        return [known.id for known in self.classes() if capacity.fits(known.needs, units)]

    def within(self, class_id: int) -> list[int]:
        """Ids of the classes that need no more than this one: they can follow it without a count."""
        if class_id not in self._within:
            self._within[class_id] = self.fitting(self.needs(class_id))
        return self._within[class_id]

    def needs(self, class_id: int) -> dict[str, int]:
        """The units that a job of this class takes."""
        return self._known(class_id).needs

    def class_name(self, class_id: int) -> str:
        """The queue of this class."""
        return self._known(class_id).name

    def _known(self, class_id: int) -> KnownClass:
        """Another slot may run a job of a class that this process has not heard of."""
        if class_id not in self._classes:
            self._read_classes()
        return self._classes[class_id]

    def _read_classes(self) -> None:
        self._classes = {row[0]: KnownClass(*row) for row in self.session.rows(CLASSES)}
        self._newest_class = max(self._classes, default=0)
        self._within = {}
