"""Where the web process listens, checked before anything is started."""

import ipaddress
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from jobsite.up.errors import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """`tls` without a certificate of the operator's own means a self-signed one."""

    host: str
    port: int
    tls: bool

    @property
    def family(self) -> socket.AddressFamily:
        return socket.AF_INET6 if ":" in self.host else socket.AF_INET

    @property
    def bind(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def reached_at(self) -> str:
        """An address that this machine itself can use."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104

    @property
    def url(self) -> str:
        host = f"[{self.reached_at}]" if ":" in self.reached_at else self.reached_at
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}/"

    def check(self) -> None:
        """Raise Refused when it would be unsafe, or when something listens there already."""
        if not (_is_loopback(self.host) or self.tls or os.environ.get("TRUSTED_PROXIES")):
            raise Refused(
                f"--host {self.host} would send passwords and tokens in the clear. Add --tls (self-signed), "
                "set TLS_CERT and TLS_KEY, set TRUSTED_PROXIES to the proxy that ends TLS, or listen on 127.0.0.1"
            )
        with socket.socket(self.family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
                probe.listen(1)
            except PermissionError as error:
                raise Refused(f"port {self.port} needs root: choose one above 1023 with --port or PORT") from error
            except OSError as error:
                raise Refused(_why(self, error)) from error


def listen(*, host: str, port: int, tls: bool) -> Listen:
    own = [os.environ.get(name) for name in ("TLS_CERT", "TLS_KEY")]
    if any(own) and not all(own):
        raise Refused("TLS_CERT and TLS_KEY go together: set both, or neither for a self-signed certificate")
    for path in filter(None, own):
        if not Path(path).is_file():
            raise Refused(f"{path} (TLS_CERT or TLS_KEY) is not a file")
    return Listen(host=host, port=port, tls=tls or all(own))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _why(wanted: Listen, error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return f"--host {wanted.host} is no address of this machine: use 127.0.0.1, 0.0.0.0 or one of its addresses"
    return (
        f"cannot listen on {wanted.bind} ({error.strerror}): stop what does, or choose another port with --port or PORT"
    )
