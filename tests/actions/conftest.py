"""What several tests of actions share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from examples.sample_home import sample_home
from jobs.actions import registry


@pytest.fixture
def forget_actions(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever the test registers is gone afterwards."""
    with monkeypatch.context() as patch:
        patch.setattr(registry, "_actions", dict(registry._actions))
        yield


@pytest.fixture
def sample(settings: Settings, tmp_path: Path) -> Path:
    """A fresh copy of the examples' data, which the test may change."""
    settings.JOBSITE_HOME = tmp_path / "home"
    return sample_home()
