"""Who asks for a change: every verb requires one and writes it into the audit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """`dialect` is the way in: v0, v1, admin, cli or engine. `token` is the access token's name, never itself."""

    dialect: str
    user: str = ""
    address: str = ""
    client: str = ""
    token: str = ""


def engine_actor(part: str) -> Actor:
    """jobsite itself, acting as one of its parts: `worker w1`, `beat`, `rescue`."""
    return Actor(dialect="engine", client=part)
