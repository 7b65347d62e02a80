"""How every picture is made: a template escapes all text, and classes give the colours (no style attribute may)."""

from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the picture shows, for who does not see it: its name, and what it says in a sentence."""

    title: str
    description: str


def draw(template: str, words: Words, *, height: int, **marks: Any) -> SafeString:
    """`template` extends console/draw/picture.html. As wide as its place, `height` pixels high."""
    return render_to_string(f"console/draw/{template}.html", {"words": words, "height": height, **marks})


def percent(share: float) -> str:
    """Of the picture's width: `12.5%`."""
    return f"{share * 100:.3f}".rstrip("0").rstrip(".") + "%"
