"""One POST to an address that was checked before. No redirects, no proxies, an end within the given time."""

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from time import monotonic
from urllib.parse import SplitResult

from jobs.actions.webhook.address import Address
from jobs.actions.webhook.errors import WebhookFailed

# Of the answer only its beginning is read.
MAX_ANSWER_BYTES = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`head` is the beginning of the body."""

    status: int
    reason: str
    location: str | None
    head: bytes


def post(
    url: SplitResult, addresses: list[Address], *, body: bytes, headers: Mapping[str, str], until: float
) -> Answer:
    """Send `body`, read the beginning of the answer; WebhookFailed when it is not there at `until` (monotonic)."""
    with _connected(url, addresses, until) as raw, _cut_at(raw, until) as cut:
        try:
            answer = _exchange(url, raw, body=body, headers=headers)
        except (OSError, http.client.HTTPException) as error:
            if not cut.is_set() and not isinstance(error, TimeoutError):
                raise WebhookFailed(f"the call to {url.netloc} failed: {str(error) or type(error).__name__}") from error
            raise WebhookFailed(f"{url.netloc} sent no complete answer in time") from error
        # A body without a length just ends where the line was cut.
        if cut.is_set():
            raise WebhookFailed(f"{url.netloc} sent no complete answer in time")
        return answer


@contextlib.contextmanager
def _connected(url: SplitResult, addresses: list[Address], until: float) -> Iterator[socket.socket]:
    """The first address that accepts. Nothing has been sent before that, so the next may be tried."""
    problem: OSError | None = None
    for address in addresses:
        try:
            raw = socket.create_connection((str(address), port_of(url)), timeout=max(until - monotonic(), 0.001))
        except OSError as error:
            problem = error
            continue
        with raw:
            yield raw
        return
    raise WebhookFailed(f"{url.netloc} can not be reached: {problem}") from problem


@contextlib.contextmanager
def _cut_at(raw: socket.socket, until: float) -> Iterator[threading.Event]:
    """Timeouts of a socket are for each read, and a byte a second would never meet them: so the line is cut."""
    cut = threading.Event()

    def shut(line: socket.socket) -> None:
        cut.set()
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    # A duplicate, because TLS takes the first one over.
    with raw.dup() as line:
        timer = threading.Timer(max(until - monotonic(), 0), shut, args=[line])
        timer.daemon = True
        timer.start()
        try:
            yield cut
        finally:
            timer.cancel()


def _exchange(url: SplitResult, raw: socket.socket, *, body: bytes, headers: Mapping[str, str]) -> Answer:
    host = url.hostname or ""
    # Given a socket that is connected, http.client looks up and connects to nothing.
    if url.scheme == "https":
        context = ssl.create_default_context()
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(host, port_of(url), context=context)
        connection.sock = context.wrap_socket(raw, server_hostname=host)
    else:
        connection = http.client.HTTPConnection(host, port_of(url))
        connection.sock = raw
    with contextlib.closing(connection):
        connection.request("POST", _target(url), body=body, headers=dict(headers))
        with connection.getresponse() as response:
            head = response.read(MAX_ANSWER_BYTES)
            location = response.getheader("Location")
            return Answer(status=response.status, reason=response.reason, location=location, head=head)


def port_of(url: SplitResult) -> int:
    """The port that is written, or the scheme's."""
    standard = 443 if url.scheme == "https" else 80
    return standard if url.port is None else url.port


def _target(url: SplitResult) -> str:
    return (url.path or "/") + (f"?{url.query}" if url.query else "")
