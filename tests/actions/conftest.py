"""What several tests of actions share."""

from collections.abc import Iterator

import pytest

from jobs.actions import registry


@pytest.fixture
def forget_actions(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever the test registers is gone afterwards."""
    with monkeypatch.context() as patch:
        patch.setattr(registry, "_actions", dict(registry._actions))
        yield
