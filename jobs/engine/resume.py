"""resume: jobs of an action, or of a capacity class, may be claimed again."""

from django.db import transaction

from jobs import doorbell
from jobs.engine.actor import Actor
from jobs.engine.pause import PATIENCE_SECONDS, audit_pause, require_known
from jobs.engine.rows import django_rows
from jobs.engine.set_aside import set_aside
from jobs.models import Pause


def resume(kind: Pause.Kind, name: str, *, by: Actor, reason: str = "") -> bool:
    """End the pause; False if there is none. Raises UnknownAction, NoSuchClass for a name that none bears.

    The best jobs of a long backlog are ready when this returns; the workers' looks bring back the others.
    """
    resumed = _delete(kind, name, by=by, reason=reason)
    if not resumed:
        # Asked only now: what is paused may have lost its action or class since.
        require_known(kind, name)
    ready = {name} if kind == Pause.Kind.CLASS else set_aside(django_rows, seconds=PATIENCE_SECONDS)
    for class_name in ready:
        doorbell.ring(class_name)
    return resumed


@transaction.atomic
def _delete(kind: Pause.Kind, name: str, *, by: Actor, reason: str) -> bool:
    count = 0 if "\x00" in name else Pause.objects.filter(kind=kind, name=name).delete()[0]
    if count:
        audit_pause("resume", kind, name, by=by, reason=reason)
    return bool(count)
