"""Free ports of this machine, on loopback."""

import socket
import time
from contextlib import ExitStack


def free_ports(count: int) -> list[int]:
    """Different ones: all are held until the last is chosen."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def wait_for_port(port: int, *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not answers(port):
        if time.monotonic() > end:
            raise TimeoutError(f"nothing listens on port {port} after {seconds:.0f} s")
        time.sleep(0.05)
