"""Which actions ask more of a person than the permission to submit."""

from collections.abc import Collection, Iterable

from jobs.actions.registry import needs_of
from jobs.engine.errors import ActionForbidden


def require_permitted(actions: Iterable[str], *, lacks: Collection[str]) -> None:
    """`lacks`: the permissions that actions need and the person does not have. Raises ActionForbidden."""
    for name in actions:
        needed = needs_of(name)
        if needed in lacks:
            raise ActionForbidden(name, needed)
