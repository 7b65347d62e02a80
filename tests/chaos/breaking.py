"""How the engine's statements are broken on purpose, and where they can be made to rest."""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import pytest

from jobs.engine import sql
from tests.chaos.play import PAUSE, Play

Patch = pytest.MonkeyPatch
Break = Callable[[Patch, Play], None]

# A statement rests here, its snapshot taken, for as long as its session says.
REST = f"(SELECT pg_sleep(coalesce(nullif(current_setting('{PAUSE}', true), ''), '0')::float)) IS NOT NULL"
HEADS_END = "    ORDER BY head.priority DESC, head.scheduled_at, head.id)"


@dataclass(frozen=True, slots=True)
class Case:
    """The checker must name `rule` when `broken` plays the scenario."""

    broken: Break
    scenario: Callable[[Play], None]
    rule: str


def rewrite(patch: Patch, old: str, new: str, *, module: ModuleType = sql) -> None:
    """In every prepared statement that has it; one of them must, or the case shows nothing any more."""
    assert any(old in statement for statement in module.PREPARED), f"the engine's SQL has no {old!r} any more"
    patch.setattr(module, "PREPARED", tuple(statement.replace(old, new) for statement in module.PREPARED))
