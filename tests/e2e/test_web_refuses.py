"""What gunicorn refuses before the application is asked is an error that clients of both dialects can read."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.web import Web, running_web

pytestmark = pytest.mark.slow

REFUSED = {
    "an address that is too long": (f"GET /api/v1.0/jobs?{'x' * 9000} HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    "a header that is too long": (f"GET /api/v0/jobs HTTP/1.1\r\nHost: a\r\nX: {'x' * 9000}\r\n\r\n", 431),
    "a length that is no number": ("POST /api/v0/jobs HTTP/1.1\r\nHost: a\r\nContent-Length: abc\r\n\r\n", 400),
    "no HTTP": ("hello\r\n\r\n", 400),
}


def ask(web: Web, text: str) -> tuple[int, str, Any]:
    with socket.create_connection(("127.0.0.1", web.port), timeout=10) as wire:
        wire.sendall(text.encode())
        with wire.makefile("rb") as answer:
            head, _, body = answer.read().partition(b"\r\n\r\n")
    return int(head.split()[1]), head.decode(), json.loads(body)


def test_it_is_json_in_both_envelopes(tmp_path: Path) -> None:
    with running_web(tmp_path / "web.log") as web:
        for text, status in REFUSED.values():
            answered, head, body = ask(web, text)
            assert answered == status, body
            assert "Content-Type: application/json" in head
            assert (body["status"], body["message"]) == ("error", body["errors"][0]["message"])
            assert body["errors"][0]["code"].isupper()
        # The application is asked, and wants a login.
        filters = f"GET /api/v1.0/jobs?filter[id][in]={','.join(['1000000'] * 900)} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        assert ask(web, f"{filters}Connection: close\r\n\r\n")[0] == 401
