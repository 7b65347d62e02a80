"""delete_cron: its jobs stay, and are not canceled."""

from django.db import transaction

from jobs.engine.actor import Actor
from jobs.engine.audit import audit
from jobs.engine.crons.enable import locked
from jobs.engine.crons.save import kept
from jobs.models.cron import Cron


@transaction.atomic
def delete_cron(name: str, *, by: Actor, reason: str = "") -> None:
    """The audit keeps the whole of it. Raises NoSuchCron."""
    cron = locked(name)
    audit("delete", by=by, object_type="cron", object_id=name, before=kept(cron), reason=reason)
    Cron.objects.filter(pk=cron.pk).delete()
