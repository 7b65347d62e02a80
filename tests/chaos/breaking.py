"""How the engine's statements are broken on purpose, and where they can be made to rest."""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import pytest

from jobs.engine import sql
from tests.chaos.play import Play

Patch = pytest.MonkeyPatch
Break = Callable[[Patch, Play], None]

HEADS_END = "    ORDER BY head.priority DESC, head.scheduled_at, head.id)"


@dataclass(frozen=True, slots=True)
class Case:
    """The checker must name `rule` when `broken` plays the scenario."""

    broken: Break
    scenario: Callable[[Play], None]
    rule: str


def rest(setting: str) -> str:
    """A condition at which a statement rests, its snapshot taken, for as long as its session says."""
    return f"(SELECT pg_sleep(coalesce(nullif(current_setting('{setting}', true), ''), '0')::float)) IS NOT NULL"


def rewrite(patch: Patch, old: str, new: str, *, module: ModuleType = sql) -> None:
    """In every prepared statement that has it; one of them must, or the case shows nothing any more."""
    assert any(old in statement for statement in module.PREPARED), f"the engine's SQL has no {old!r} any more"
    patch.setattr(module, "PREPARED", tuple(statement.replace(old, new) for statement in module.PREPARED))
