"""Which jobsite this is."""

from functools import cache
from pathlib import Path

from jobsite.home import BASE_DIR

VERSION = "0.1.0"


@cache
def git_version() -> str:
    """The commit of a clone; empty where the code is none."""
    return _commit(BASE_DIR / ".git")


def _commit(repository: Path) -> str:
    try:
        if repository.is_file():
            # A worktree: the file names its folder.
            repository = Path(repository.read_text().removeprefix("gitdir:").strip())
        head = (repository / "HEAD").read_text().strip()
        if not head.startswith("ref: "):
            return head
        common = repository / "commondir"
        shared = (repository / common.read_text().strip()) if common.exists() else repository
        return _resolved(shared, head.removeprefix("ref: "))
    except OSError:
        return ""


def _resolved(repository: Path, ref: str) -> str:
    if (repository / ref).exists():
        return (repository / ref).read_text().strip()
    packed = (repository / "packed-refs").read_text().splitlines()
    return next((line.split()[0] for line in packed if line.endswith(f" {ref}")), "")
