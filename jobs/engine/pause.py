"""pause: from now on no job of an action, or of a capacity class, is claimed. What runs goes on."""

from django.db import IntegrityError, transaction

from jobs.actions.registry import get_action
from jobs.engine.actor import Actor
from jobs.engine.audit import audit
from jobs.engine.errors import NoSuchClass
from jobs.engine.rows import django_rows
from jobs.engine.set_aside import set_aside
from jobs.models import Pause
from workers.models import CapacityClass

# What is left of a long backlog after that, the workers' looks set aside. It is not claimed meanwhile.
PATIENCE_SECONDS = 2.0


def pause(kind: Pause.Kind, name: str, *, by: Actor, reason: str = "") -> bool:
    """Pause; False if it is paused already, which stays as it is. Raises UnknownAction, NoSuchClass."""
    require_known(kind, name)
    paused = _insert(kind, name, by=by, reason=reason)
    if kind == Pause.Kind.ACTION:
        set_aside(django_rows, seconds=PATIENCE_SECONDS)
    return paused


def require_known(kind: Pause.Kind, name: str) -> None:
    """Raise UnknownAction or NoSuchClass for a name that none bears."""
    if kind == Pause.Kind.ACTION:
        get_action(name)
    elif "\x00" in name or not CapacityClass.objects.filter(name=name).exists():
        raise NoSuchClass(name)


def audit_pause(verb: str, kind: Pause.Kind, name: str, *, by: Actor, reason: str) -> None:
    """A class's name may be longer than the audit's column: the whole of it stands beside."""
    audit(verb, by=by, object_type=kind.value, object_id=name[:200], after={"name": name}, reason=reason)


def _insert(kind: Pause.Kind, name: str, *, by: Actor, reason: str) -> bool:
    try:
        with transaction.atomic():
            Pause.objects.create(kind=kind, name=name, paused_by=by.user, reason=reason)
            audit_pause("pause", kind, name, by=by, reason=reason)
    except IntegrityError:
        # The unique index says that it is paused.
        return False
    return True
