"""The webhook against real servers on loopback, which the tests allow."""

import hashlib
import hmac
import json
import socket
import ssl
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from jobs.actions.parameters import InvalidParameters, validate
from jobs.actions.webhook import WebhookFailed, WebhookParameters
from jobs.actions.webhook.send import MAX_ANSWER_BYTES
from tests.actions.http_server import self_signed, serve, serve_raw
from tests.actions.reporter import run_action

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _loopback_is_allowed(settings: Settings) -> None:
    settings.WEBHOOK_ALLOW = ["127.0.0.1"]
    settings.WEBHOOK_SECRET = ""


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.actions.webhook.TOTAL_SECONDS", 0.4)


def call(port: int, path: str = "/hook", **parameters: Any) -> Any:
    return run_action("webhook", {"url": f"http://127.0.0.1:{port}{path}", **parameters})


def test_the_payload_is_posted_and_the_answer_is_the_result() -> None:
    with serve(answer="grüße".encode()) as server:
        result = call(server.port, "/hook?a=1", payload={"device": "eosdist", "n": [1]}, headers={"x-token": "t"})
    assert result == {"status": 200, "answer": "grüße"}
    (request,) = server.received
    assert request.path == "/hook?a=1"
    assert json.loads(request.body) == {"device": "eosdist", "n": [1]}
    assert request.headers["Host"] == f"127.0.0.1:{server.port}"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["X-Token"] == "t"
    assert request.headers["X-Jobsite-Job"] == "01890000-0000-7000-8000-000000000001"


def test_a_header_of_ours_can_be_replaced_but_is_not_sent_twice() -> None:
    with serve() as server:
        call(server.port, headers={"content-type": "application/cloudevents+json"})
    assert server.received[0].headers.get_all("Content-Type") == ["application/cloudevents+json"]


def test_the_body_is_signed_when_there_is_a_secret(settings: Settings) -> None:
    settings.WEBHOOK_SECRET = "between us"
    with serve() as server:
        call(server.port, payload="é")
    (request,) = server.received
    expected = hmac.new(b"between us", request.body, hashlib.sha256).hexdigest()
    assert request.headers["X-Jobsite-Signature"] == f"sha256={expected}"


def test_without_a_secret_nothing_is_signed() -> None:
    with serve() as server:
        call(server.port)
    assert "X-Jobsite-Signature" not in server.received[0].headers


def test_an_answer_of_400_or_more_fails_the_job() -> None:
    with serve(status=503, answer=b"later") as server, pytest.raises(WebhookFailed, match=r"answered 503 .*: later"):
        call(server.port)


def test_a_redirect_is_not_followed() -> None:
    with serve() as target:
        location = {"Location": f"http://127.0.0.1:{target.port}/"}
        with serve(status=307, headers=location) as server, pytest.raises(WebhookFailed, match="are not followed"):
            call(server.port)
    assert target.received == []


def test_proxy_variables_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve() as proxy, serve() as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        call(server.port)
    assert (len(proxy.received), len(server.received)) == (0, 1)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433", "[::ffff:127.0.0.1]"])
def test_loopback_is_refused_however_it_is_written(settings: Settings, host: str) -> None:
    settings.WEBHOOK_ALLOW = []
    with serve() as server, pytest.raises(WebhookFailed, match="is not a public address"):
        run_action("webhook", {"url": f"http://{host}:{server.port}/"})
    assert server.received == []


def test_a_name_is_looked_up_once_and_the_checked_address_is_called(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_ALLOW = ["rebind.test"]
    asked: list[str] = []
    real = socket.getaddrinfo

    def look_up(host: str, *args: Any, **options: Any) -> Any:
        asked.append(host)
        # Whoever asks for the name a second time is sent elsewhere.
        here = host != "rebind.test" or asked.count(host) == 1
        return real("127.0.0.1" if here else "127.0.0.9", *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with serve() as server:
        run_action("webhook", {"url": f"http://rebind.test:{server.port}/"})
    assert asked.count("rebind.test") == 1
    assert server.received[0].headers["Host"] == f"rebind.test:{server.port}"


def test_one_bad_address_among_good_ones_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, 0)) for text in ("1.1.1.1", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: answers)
    with pytest.raises(WebhookFailed, match=r"mixed\.test is refused: 10\.0\.0\.1 .*\(private\)"):
        run_action("webhook", {"url": "http://mixed.test/"})


def test_a_second_address_is_tried_when_the_first_does_not_accept(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_ALLOW = ["two.test"]
    real = socket.getaddrinfo

    def look_up(host: str, *args: Any, **options: Any) -> Any:
        hosts = ["127.0.0.2", "127.0.0.1"] if host == "two.test" else [host]
        return [info for each in hosts for info in real(each, *args, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with serve() as server:
        assert run_action("webhook", {"url": f"http://two.test:{server.port}/"})["status"] == 200


def test_a_name_that_does_not_exist_fails_the_job() -> None:
    with pytest.raises(WebhookFailed, match=r"nowhere\.invalid can not be resolved"):
        run_action("webhook", {"url": "http://nowhere.invalid/"})


@pytest.mark.usefixtures("short")
def test_a_resolver_that_hangs_does_not_hold_up_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: answer.wait(30) and [])
    with pytest.raises(WebhookFailed, match=r"slow\.test was not resolved within 0\.4 s"):
        run_action("webhook", {"url": "http://slow.test/"})
    answer.set()


def test_a_closed_port_fails_the_job() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(WebhookFailed, match=r"can not be reached: .*refused"):
        call(port)


def _drip(start: bytes) -> Any:
    """Says `start`, then a byte every 20 ms until the caller hangs up."""

    def talk(line: socket.socket) -> None:
        line.sendall(start)
        line.settimeout(0.02)
        while True:
            try:
                if not line.recv(65536):
                    return
            except TimeoutError:
                line.sendall(b"x")

    return talk


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nX-A: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_server_that_drips_is_cut_off_in_time(start: bytes) -> None:
    began = time.monotonic()
    with serve_raw(_drip(start)) as port, pytest.raises(WebhookFailed, match="no complete answer in time"):
        call(port)
    assert time.monotonic() - began < 5


@pytest.mark.usefixtures("short")
def test_a_server_that_never_shakes_hands_is_cut_off_in_time() -> None:
    with serve_raw(lambda line: line.recv(1) and _drip(b"")(line)) as port, pytest.raises(WebhookFailed):
        run_action("webhook", {"url": f"https://127.0.0.1:{port}/"})


def test_an_answer_that_is_not_http_fails_the_job() -> None:
    with serve_raw(lambda line: line.sendall(b"SSH-2.0-OpenSSH\r\n")) as port, pytest.raises(WebhookFailed):
        call(port)


def test_only_the_beginning_of_a_large_answer_is_read() -> None:
    with serve(answer=b"x" * 10_000_000) as server:
        assert len(call(server.port)["answer"]) == MAX_ANSWER_BYTES


def test_https_checks_the_certificate_against_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, url_host in [("localhost", "localhost"), ("127.0.0.1", "127.0.0.1")]:
        certificate = self_signed(tmp_path / f"{name}.pem", name)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with serve(certificate=certificate) as server:
            assert run_action("webhook", {"url": f"https://{url_host}:{server.port}/"})["status"] == 200
        assert server.received[0].headers["Host"] == f"{url_host}:{server.port}"


def test_https_refuses_a_certificate_of_another_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = self_signed(tmp_path / "other.pem", "other.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serve(certificate=certificate) as server, pytest.raises(WebhookFailed, match="certificate") as failed:
        run_action("webhook", {"url": f"https://localhost:{server.port}/"})
    assert isinstance(failed.value.__cause__, ssl.SSLCertVerificationError)


def test_https_refuses_a_certificate_nobody_vouches_for(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path / "self.pem", "localhost")
    with serve(certificate=certificate) as server, pytest.raises(WebhookFailed, match="self-signed"):
        run_action("webhook", {"url": f"https://localhost:{server.port}/"})


@pytest.mark.parametrize(
    "url",
    [
        *["", "example.org", "ftp://example.org/", "file:///etc/passwd", "http://", "http:///x", "//example.org/"],
        *["http://user:pass@example.org/", "http://example.org:0/", "http://example.org:99999/", "http://[::1/"],
        *["http://exa mple.org/", "http://example.org/\r\nX: y", "http://exämple.org/", "http://[fe80::1%25eth0]/"],
    ],
)
def test_what_is_not_a_plain_url_is_refused_at_once(url: str) -> None:
    with pytest.raises(InvalidParameters, match=r"parameters\.url"):
        validate(WebhookParameters, {"url": url})


@pytest.mark.parametrize(
    "headers",
    [{"Host": "x"}, {"content-length": "1"}, {"X-Jobsite-Signature": "x"}, {"A b": "x"}, {"A": "x\r\nB: y"}, {"": "x"}],
)
def test_headers_that_would_change_the_request_are_refused(headers: dict[str, str]) -> None:
    with pytest.raises(InvalidParameters, match=r"parameters\.headers"):
        validate(WebhookParameters, {"url": "http://example.org/", "headers": headers})
