"""A network of a worker's own, and the one cable to it, which can be pulled. Needs root, `ip` and `nsenter`."""

import os
import shutil
import subprocess
from pathlib import Path

# Of the addresses that are set aside for benchmarks (RFC 2544), four for each process.
FIRST = (198 << 24) | (18 << 16)
NETWORKS = 1 << 14
# Known to the worker's end for good: what it sends to a pulled cable is lost without a word, also a first packet.
OUR_ADDRESS = "02:6a:6f:62:73:01"
# CAP_NET_ADMIN and CAP_SYS_ADMIN, by their numbers.
NEEDED = 1 << 12 | 1 << 21


def possible() -> bool:
    """In a container root may well lack what it takes."""
    return all(map(shutil.which, ("ip", "nsenter"))) and _capabilities() & NEEDED == NEEDED


class Cable:
    """A network namespace joined to this one by a pair of interfaces."""

    def __init__(self) -> None:
        number = os.getpid() % NETWORKS
        self.name = f"jobsite-{number}"
        self.here, self._there = f"jobsite{number}a", f"jobsite{number}b"
        # Where the far end finds what listens on this one.
        self.address, self._far = (_dotted(FIRST + 4 * number + place) for place in (1, 2))
        # Before a command that is to run at the far end.
        self.enter = ("nsenter", f"--net=/run/netns/{self.name}")

    def lay(self) -> None:
        self.remove()
        _ip("netns", "add", self.name)
        _ip("link", "add", self.here, "address", OUR_ADDRESS, "type", "veth",
            "peer", "name", self._there, "netns", self.name)  # fmt: skip
        _ip("address", "add", f"{self.address}/30", "dev", self.here)
        _ip("link", "set", self.here, "up")
        far = ("-netns", self.name)
        _ip(*far, "address", "add", f"{self._far}/30", "dev", self._there)
        _ip(*far, "link", "set", "lo", "up")
        _ip(*far, "link", "set", self._there, "up")
        _ip(*far, "neighbour", "replace", self.address, "lladdr", OUR_ADDRESS, "nud", "permanent", "dev", self._there)

    def pull(self) -> None:
        """Packets of both directions vanish, and nobody is told."""
        _ip("link", "set", self.here, "down")

    def join(self) -> None:
        _ip("link", "set", self.here, "up")

    def remove(self) -> None:
        """Also what a run that was killed has left under this name."""
        for what in (("link", "del", self.here), ("netns", "del", self.name)):
            subprocess.run(["ip", *what], check=False, stderr=subprocess.DEVNULL)  # noqa: S607


def _capabilities() -> int:
    words = Path("/proc/self/status").read_text().split()
    return int(words[words.index("CapEff:") + 1], 16)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)  # noqa: S607


def _dotted(address: int) -> str:
    return ".".join(str(address >> shift & 255) for shift in (24, 16, 8, 0))
