"""How a method becomes a column or a field: Unfold's decorator, with types."""

from collections.abc import Callable
from typing import Any, TypeVar

from unfold.decorators import display

Shown = TypeVar("Shown", bound=Callable[..., Any])


def shown_as(
    title: str, *, ordering: str | None = None, label: bool | dict[str, str] | None = None
) -> Callable[[Shown], Shown]:
    """The heading; the model's field that it sorts by; for a coloured label the colour of each value."""
    decorate: Callable[[Shown], Shown] = display(description=title, ordering=ordering, label=label)
    return decorate
