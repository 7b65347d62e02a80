"""JSON as a tree that folds, no larger than a browser takes with ease. Pure: data in, nodes out."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

MOST_NODES = 400
MOST_CHILDREN = 100
DEEPEST = 8
LONGEST_TEXT = 2000
LONGEST_KEY = 200
# Folded at first where there is more in it.
OPEN_UP_TO = 12


@dataclass(slots=True, kw_only=True)
class Node:
    """`kind` is the JSON type, and a class of the style sheet. `left_out` says what is not shown of it."""

    key: str
    kind: str
    text: str = ""
    children: list["Node"] = field(default_factory=list)
    left_out: str = ""

    @property
    def opens(self) -> bool:
        return len(self.children) <= OPEN_UP_TO


def grow(value: Any) -> Node:
    """The whole of a small value; of a large one the beginning, with words on what was left out."""
    return _Grower().node("", value, depth=0)


class _Grower:
    def __init__(self) -> None:
        self.left = MOST_NODES

    def node(self, key: str, value: Any, *, depth: int) -> Node:
        self.left -= 1
        if isinstance(value, dict):
            return self._branch(Node(key=_key(key), kind="object"), value.items(), len(value), depth)
        if isinstance(value, list):
            items = ((str(index), item) for index, item in enumerate(value))
            return self._branch(Node(key=_key(key), kind="array"), items, len(value), depth)
        return _leaf(key, value)

    def _branch(self, node: Node, items: Iterable[tuple[str, Any]], size: int, depth: int) -> Node:
        node.text = _counted(size, node.kind)
        if depth >= DEEPEST and size:
            node.left_out = f"deeper than {DEEPEST} levels"
            return node
        for name, item in islice(items, MOST_CHILDREN):
            if self.left <= 0:
                break
            node.children.append(self.node(name, item, depth=depth + 1))
        if len(node.children) < size:
            node.left_out = f"{size - len(node.children):,} more"
        return node


def _leaf(key: str, value: Any) -> Node:
    kind = {bool: "boolean", type(None): "null", str: "string"}.get(type(value), "number")
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    shown, cut = _cut(text, LONGEST_TEXT)
    return Node(key=_key(key), kind=kind, text=shown, left_out=f"{cut:,} more characters" if cut else "")


def _cut(text: str, longest: int) -> tuple[str, int]:
    return text[:longest], max(0, len(text) - longest)


def _key(name: str) -> str:
    return _cut(name, LONGEST_KEY)[0]


def _counted(size: int, kind: str) -> str:
    unit = "key" if kind == "object" else "item"
    return f"{size:,} {unit}{'' if size == 1 else 's'}"
