"""The client of an answer that is long in coming."""

import select
import time
from collections.abc import Mapping
from typing import Any

# A client that takes nothing for so long is given up.
STALLED_SECONDS = 30.0
# Linux tells that the other side has closed; elsewhere the next write finds out.
_CLOSED = getattr(select, "POLLRDHUP", 0)


class Reader:
    """Whoever reads the answer to this request."""

    def __init__(self, environ: Mapping[str, Any]) -> None:
        self._poll: select.poll | None = None
        # Of gunicorn; another server has another way, or none.
        if (wire := environ.get("gunicorn.socket")) is not None:
            wire.settimeout(STALLED_SECONDS)
            self._poll = select.poll()
            self._poll.register(wire, _CLOSED)

    def stays(self, seconds: float) -> bool:
        """Wait, and say whether they are still there; sooner if they go."""
        if self._poll is None:
            time.sleep(seconds)
            return True
        return not self._poll.poll(seconds * 1000)
