"""What gunicorn tells each of its processes (`--config python:jobsite.web`), and reads as its settings."""

import json
import socket
from typing import Any

from gunicorn import util

# A filter may name a few hundred ids; gunicorn takes no more.
limit_request_line = 8190

_worker: Any = None


def post_worker_init(worker: Any) -> None:
    """Gunicorn's hook, called in each process before it serves."""
    global _worker  # noqa: PLW0603 - one process, one worker
    _worker = worker
    # What it refuses before it knows whom is asked; there is no setting for its page of HTML.
    util.write_error = refuse


def stopping() -> bool:
    """Whether this process was told to end: an answer that is long in coming ends itself then."""
    return _worker is not None and not _worker.alive


def refuse(wire: socket.socket, status: int, reason: str, message: str) -> None:
    """Answer with an error that clients of both dialects read: the address, and with it the dialect, is not known."""
    said = f"{reason}: {message}" if message else reason
    code = reason.upper().replace(" ", "_")
    body = json.dumps({"status": "error", "message": said, "errors": [{"code": code, "message": said}]}).encode()
    head = f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: application/json\r\n"
    util.write_nonblock(wire, f"{head}Content-Length: {len(body)}\r\n\r\n".encode("latin1") + body)
