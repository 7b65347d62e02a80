"""Where web may listen, and what is said when it may not."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobsite.up.errors import Refused
from jobsite.up.listen import listen

NAMES = ("TRUSTED_PROXIES", "TLS_CERT", "TLS_KEY")


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def port() -> Iterator[int]:
    """One that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield probe.getsockname()[1]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "jobs.example"])
def test_the_network_is_refused_without_tls(host: str) -> None:
    with pytest.raises(Refused, match=r"--tls .*TLS_CERT.*TRUSTED_PROXIES.*127\.0\.0\.1"):
        listen(host=host, port=8000, tls=False).check()


@pytest.mark.parametrize(("tls", "proxies"), [(True, ""), (False, "10.0.0.1")])
def test_tls_or_a_proxy_opens_the_network(monkeypatch: pytest.MonkeyPatch, *, tls: bool, proxies: str) -> None:
    """What is refused here is only that the address is not this machine's."""
    monkeypatch.setenv("TRUSTED_PROXIES", proxies)
    with pytest.raises(Refused, match="cannot listen on"):
        listen(host="192.0.2.1", port=8000, tls=tls).check()


def test_a_port_in_use_is_told_with_the_way_out(port: int) -> None:
    with pytest.raises(Refused, match=f"cannot listen on 127.0.0.1:{port} .*--port or PORT"):
        listen(host="127.0.0.1", port=port, tls=False).check()


def test_a_certificate_needs_its_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TLS_CERT", str(tmp_path / "cert.pem"))
    with pytest.raises(Refused, match="go together"):
        listen(host="127.0.0.1", port=8000, tls=False)
    monkeypatch.setenv("TLS_KEY", str(tmp_path / "key.pem"))
    with pytest.raises(Refused, match="is not a file"):
        listen(host="127.0.0.1", port=8000, tls=False)
    (tmp_path / "cert.pem").touch()
    (tmp_path / "key.pem").touch()
    assert listen(host="127.0.0.1", port=8000, tls=False).tls


@pytest.mark.parametrize(
    ("host", "tls", "url"),
    [
        ("127.0.0.1", False, "http://127.0.0.1:8000/"),
        ("0.0.0.0", True, "https://127.0.0.1:8000/"),
        ("::", True, "https://[::1]:8000/"),
        ("localhost", False, "http://localhost:8000/"),
    ],
)
def test_the_url_is_one_that_works_here(*, host: str, tls: bool, url: str) -> None:
    assert listen(host=host, port=8000, tls=tls).url == url
