"""From where a request comes."""

from ipaddress import ip_network
from typing import Any

import pytest
from django.test import RequestFactory

from jobsite.access.actor import client_address

PROXIES = [ip_network(text) for text in ("10.0.0.1", "192.168.0.0/16", "fd00::/8")]


@pytest.mark.parametrize(
    ("remote", "forwarded", "expected"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.2", "198.51.100.1", "10.0.0.2"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1, 192.168.3.4", "198.51.100.1"),
        ("fd00::1", "2001:db8::1%eth0", "2001:db8::1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "6.6.6.6, \x00, 192.168.3.4", "192.168.3.4"),
        ("10.0.0.1", "192.168.1.1, 192.168.1.2", "192.168.1.1"),
        # A Unix socket's peer has none.
        ("", "198.51.100.1", ""),
    ],
)
def test_only_a_trusted_proxy_is_believed_and_only_up_to_the_first_stranger(
    settings: Any, remote: str, forwarded: str, expected: str
) -> None:
    settings.TRUSTED_PROXIES = PROXIES
    request = RequestFactory().get("/", REMOTE_ADDR=remote, headers={"X-Forwarded-For": forwarded})
    assert client_address(request) == expected
