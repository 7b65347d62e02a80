"""Which addresses a webhook may reach. Pure: no name is looked up here."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Written out, for what Python calls private changes between its versions (IANA special-purpose registries, 2024).
_SPECIAL: list[tuple[Network, str]] = [
    (ip_network(network), word)
    for word, networks in {
        "unspecified": ["0.0.0.0/8", "::/128"],
        "loopback": ["127.0.0.0/8", "::1/128"],
        "link-local": ["169.254.0.0/16", "fe80::/10"],
        "private": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10", "64:ff9b:1::/48"],
        "carrier-grade NAT": ["100.64.0.0/10"],
        "multicast": ["224.0.0.0/4", "ff00::/8"],
        "reserved": [
            *["192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"],
            *["240.0.0.0/4", "2001::/23", "2001:db8::/32", "3fff::/20"],
        ],
    }.items()
    for network in networks
]
_PUBLIC_V6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")


def refusal(address: Address) -> str | None:
    """The word for why a webhook must not go there, None for a public address."""
    inner = embedded(address)
    if inner is not None:
        word = refusal(inner)
        return word and f"{word}, it holds {inner}"
    for network, word in _SPECIAL:
        if address in network:
            return word
    return "reserved" if address.version == 6 and address not in _PUBLIC_V6 else None


def embedded(address: Address) -> IPv4Address | None:
    """The IPv4 address that packets to this IPv6 address end at: v4-mapped, 6to4, NAT64."""
    if not isinstance(address, IPv6Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def allowed(host: str, address: Address, exceptions: Iterable[str]) -> bool:
    """Does the operator's list, of host names, addresses and networks, name this one?"""
    reached = {address, embedded(address) or address}
    for exception in exceptions:
        network = _network(exception)
        if network is None:
            if exception.lower().rstrip(".") == host.lower().rstrip("."):
                return True
        elif any(each in network for each in reached):
            return True
    return False


def _network(text: str) -> Network | None:
    try:
        return ip_network(text.strip("[]"), strict=False)
    except ValueError:
        return None


def parse(text: str) -> Address:
    """An address as the resolver writes it; a zone, as in fe80::1%eth0, does not matter here."""
    return ip_address(text.partition("%")[0])
