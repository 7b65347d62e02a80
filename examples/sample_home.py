"""Where the examples read and write: a copy of `examples/data`, so that a clone stays clean."""

import shutil
import tempfile
from pathlib import Path

from django.conf import settings

SHIPPED = Path(__file__).parent / "data"


def sample_home() -> Path:
    """The folder `examples` in JOBSITE_HOME; made at its first use."""
    target = Path(settings.JOBSITE_HOME) / "examples"
    if not target.is_dir():
        _copy_to(target)
    return target


def _copy_to(target: Path) -> None:
    """Copy beside the target and rename: of several processes one wins, and nobody sees half a copy."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".examples-", dir=target.parent))
    try:
        shutil.copytree(SHIPPED, fresh, dirs_exist_ok=True)
        fresh.rename(target)
    except OSError:
        # A rename onto a folder that is not empty fails: another process was first.
        if not target.is_dir():
            raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
