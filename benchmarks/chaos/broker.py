"""The broker under test: how all that it holds is wiped."""

from urllib.parse import unquote, urlsplit

import redis


def wipe(url: str) -> None:
    """FLUSHALL of the Valkey on a socket that `up` starts."""
    parts = urlsplit(url)
    client = redis.Redis(unix_socket_path=parts.path, password=unquote(parts.password or ""))
    try:
        client.flushall()
    finally:
        client.close()
