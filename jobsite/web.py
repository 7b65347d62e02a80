"""What gunicorn tells each of its processes (`--config python:jobsite.web`)."""

from typing import Any

_worker: Any = None


def post_worker_init(worker: Any) -> None:
    """Gunicorn's hook, called in each process before it serves."""
    global _worker  # noqa: PLW0603 - one process, one worker
    _worker = worker


def stopping() -> bool:
    """Whether this process was told to end: an answer that is long in coming ends itself then."""
    return _worker is not None and not _worker.alive
