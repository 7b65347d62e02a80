"""The action `update_db`: put the newest vulnerability data that was delivered into service."""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from examples.sample_home import sample_home
from jobs.actions import Context, LockNeed, Parameters, action

NAME = "vulndb.csv"


class UpdateParameters(Parameters):
    """Without a sum, the one that was delivered beside the file counts."""

    SHA256SUM: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")] | None = None


class Damaged(Exception):
    """The delivered file is not what its sum says: what is in service stays."""


@action("update_db", parameters=UpdateParameters, locks=[LockNeed(name="vulndb")], no_retry=(Damaged,))
def update_db(context: Context[UpdateParameters]) -> dict[str, Any]:
    """Verify the delivered vulnerability data by its SHA256, and replace what is in service with it, in one step."""
    home = sample_home()
    delivered, in_service = home / "incoming" / NAME, home / "vulndb" / NAME
    data = delivered.read_bytes()
    wanted = context.parameters.SHA256SUM or (home / "incoming" / f"{NAME}.sha256").read_text().split()[0]
    found = hashlib.sha256(data).hexdigest()
    if found != wanted.lower():
        raise Damaged(f"{NAME} has the sum {found} and not {wanted}")
    changed = not in_service.exists() or in_service.read_bytes() != data
    if changed:
        _replace(in_service, delivered)
    entries = sum(1 for line in data.decode().splitlines()[1:] if line.strip())
    context.log(f"{entries} entries {'are in service now' if changed else 'were in service already'}")
    return {"changed": changed, "sha256": found, "entries": entries}


def _replace(target: Path, source: Path) -> None:
    """Whoever reads meets the old file or the new one, never half of one."""
    target.parent.mkdir(exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=".new-", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as fresh, source.open("rb") as old:
            shutil.copyfileobj(old, fresh)
            fresh.flush()
            os.fsync(descriptor)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
