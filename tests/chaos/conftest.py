"""The stage of the plays, on the real database with real commits."""

from collections.abc import Iterator

import pytest

from jobs.engine.classes import forget_classes
from tests.chaos.breaking import HEADS_END, rest, rewrite
from tests.chaos.play import AT_HEADS, Play


@pytest.fixture
def play(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Play]:
    """Its claims can be made to rest."""
    rewrite(monkeypatch, HEADS_END, f"    AND {rest(AT_HEADS)}\n{HEADS_END}")
    forget_classes()
    yield (made := Play())
    for slot in made.slots:
        slot.session.reset()
    forget_classes()
