"""Which addresses a webhook may reach."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.actions.webhook.address import allowed, embedded, parse, refusal


@pytest.mark.parametrize("text", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "64:ff9b::101:101", "::ffff:8.8.8.8"])
def test_public_addresses_may_be_reached(text: str) -> None:
    assert refusal(parse(text)) is None


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("0.0.0.0", "unspecified"),
        ("0.1.2.3", "unspecified"),
        ("10.1.2.3", "private"),
        ("172.31.255.255", "private"),
        ("192.168.0.1", "private"),
        ("169.254.169.254", "link-local"),
        ("100.64.0.1", "carrier-grade NAT"),
        ("100.127.255.255", "carrier-grade NAT"),
        ("224.0.0.1", "multicast"),
        ("239.255.255.255", "multicast"),
        ("255.255.255.255", "reserved"),
        ("240.0.0.1", "reserved"),
        ("198.18.0.1", "reserved"),
        ("192.0.2.1", "reserved"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("fe80::1%eth0", "link-local"),
        ("fd00:ec2::254", "private"),
        ("fc00::1", "private"),
        ("fec0::1", "private"),
        ("ff02::1", "multicast"),
        ("2001:db8::1", "reserved"),
        ("2001::1", "reserved"),
        ("4000::1", "reserved"),
        ("::10.0.0.1", "reserved"),
        ("::ffff:127.0.0.1", "loopback, it holds 127.0.0.1"),
        ("::ffff:a9fe:a9fe", "link-local, it holds 169.254.169.254"),
        ("64:ff9b::a00:1", "private, it holds 10.0.0.1"),
        ("64:ff9b:1::1", "private"),
        ("2002:7f00:1::", "loopback, it holds 127.0.0.1"),
    ],
)
def test_all_others_are_refused_with_a_word(text: str, word: str) -> None:
    assert refusal(parse(text)) == word


@given(st.ip_addresses())
def test_nothing_that_python_knows_to_be_special_gets_through(address: object) -> None:
    parsed = parse(str(address))
    if refusal(parsed) is None:
        final = embedded(parsed) or parsed
        kinds = [final.is_private, final.is_loopback, final.is_link_local, final.is_multicast]
        assert not any(kinds)


@pytest.mark.parametrize(
    ("exception", "expected"),
    [
        ("127.0.0.1", True),
        ("127.0.0.0/8", True),
        ("127.0.0.1/8", True),
        ("Hooks.Internal.", True),
        ("10.0.0.0/8", False),
        ("internal", False),
        ("", False),
    ],
)
def test_exceptions_are_names_addresses_and_networks(exception: str, expected: bool) -> None:  # noqa: FBT001
    assert allowed("hooks.internal", parse("127.0.0.1"), [exception]) is expected


def test_an_exception_for_an_ipv4_network_holds_for_the_mapped_address() -> None:
    assert allowed("h", parse("::ffff:10.0.0.1"), ["10.0.0.0/8"])
    assert not allowed("h", parse("::ffff:10.0.0.1"), ["172.16.0.0/12", "fd00::/8"])
