"""drop_classes: capacity classes that nobody has used for a day go, so that there is room for others."""

from django.db import transaction

from jobs.actions.registry import registered_actions
from jobs.engine.actor import Actor
from jobs.engine.audit import audit
from jobs.engine.rows import django_rows
from jobs.models import Cron, Pause
from workers import capacity
from workers.models import Worker

_NEXT = "SELECT capacity_class_id FROM jobs_job WHERE {} AND capacity_class_id > {} ORDER BY capacity_class_id LIMIT 1"
# The classes of the jobs that are so, from one to the next in an index that begins with them: a probe for each.
_CLASSES_OF = f"""(WITH RECURSIVE known(id) AS (
        SELECT ({_NEXT.format("{0}", "0")})
        UNION ALL SELECT ({_NEXT.format("{0}", "known.id")}) FROM known WHERE id IS NOT NULL)
    SELECT id FROM known WHERE id IS NOT NULL)"""  # noqa: S608 - conditions of this file
# Of jobs that wait or run, of which there are few. Those that have ended keep the number of their class, and nobody
# asks them.
IN_USE = f"""ARRAY({_CLASSES_OF.format("ready")} UNION ALL {_CLASSES_OF.format("status = 'waiting' AND NOT ready")}
    UNION ALL SELECT capacity_class_id FROM jobs_job WHERE occupies)"""  # noqa: S608
_MARK_AS_USED = f"""UPDATE workers_capacityclass SET last_used_at = now() WHERE id = ANY (ARRAY(
    SELECT id FROM workers_capacityclass WHERE name = ANY (%s) OR id = ANY ({IN_USE})
    FOR NO KEY UPDATE SKIP LOCKED))"""  # noqa: S608
# Not what an enqueue holds at this moment; another that comes now waits for the end of this, and then makes its own.
_LOCK_UNUSED = """SELECT id FROM workers_capacityclass WHERE last_used_at < now() - interval '1 day'
    ORDER BY id FOR UPDATE SKIP LOCKED"""
# A statement of its own: it sees the job of an enqueue that was committed before the lock was ours.
_DROP = f"DELETE FROM workers_capacityclass WHERE id = ANY (%s) AND id <> ALL ({IN_USE}) RETURNING name"  # noqa: S608


@transaction.atomic
def drop_classes(*, by: Actor) -> list[str]:
    """Names of the classes that went. One is in use while a job of it waits or runs, or a cron, an action, a pause or a
    worker's type names it; each run notes that, and what was not used for a day goes.
    """
    django_rows(_MARK_AS_USED, [sorted(_named())])
    unused = [class_id for (class_id,) in django_rows(_LOCK_UNUSED, None)]
    dropped = [name for (name,) in django_rows(_DROP, [unused])] if unused else []
    for name in dropped:
        why = "no job, cron, action, pause or worker has used it for a day"
        audit("drop", by=by, object_type="class", object_id=name[:200], before={"name": name}, reason=why)
    return dropped


def _named() -> set[str]:
    """Classes that a job may want at any moment: it is to find their queues read."""
    maps = [action.capacity for action in registered_actions()]
    maps += Cron.objects.values_list("capacity_map", flat=True)
    types = {name for worker in Worker.objects.all() for name in worker.total}
    return {capacity.class_name(units) for units in maps} | types | Pause.names(Pause.Kind.CLASS)
