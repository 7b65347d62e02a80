"""enable_cron, disable_cron: nothing fires by either."""

from django.db import transaction

from jobs.engine.actor import Actor
from jobs.engine.audit import audit
from jobs.engine.crons.skip import skip_overdue
from jobs.engine.crons.spec import next_run, read_times
from jobs.engine.errors import NoSuchCron
from jobs.models.cron import Cron, CronSkip


@transaction.atomic
def enable_cron(name: str, *, by: Actor, reason: str = "") -> bool:
    """Due again from the next run in the future on; False if it was. Raises NoSuchCron, InvalidSubmission."""
    cron = locked(name)
    if cron.enabled:
        return False
    schedule, zone = read_times(cron.schedule, cron.timezone)
    Cron.objects.filter(pk=cron.pk, enabled=False).update(enabled=True, next_run_at=next_run(schedule, zone))
    audit("enable", by=by, object_type="cron", object_id=name, before=False, after=True, reason=reason)
    return True


@transaction.atomic
def disable_cron(name: str, *, by: Actor, reason: str = "") -> bool:
    """Its jobs go on; False if it was disabled. Raises NoSuchCron."""
    return disable_locked(locked(name), by=by, reason=reason)


def disable_locked(cron: Cron, *, by: Actor, reason: str) -> bool:
    """The same for a cron whose row this transaction holds."""
    if not cron.enabled:
        return False
    skip_overdue(cron, code=CronSkip.Code.DISABLED, reason=reason, by=by)
    Cron.objects.filter(pk=cron.pk, enabled=True).update(enabled=False, next_run_at=None)
    audit("disable", by=by, object_type="cron", object_id=cron.name, before=True, after=False, reason=reason)
    return True


def locked(name: str) -> Cron:
    """The cron, whose row is held to the end of the transaction. Raises NoSuchCron."""
    cron = Cron.objects.select_for_update(no_key=True).filter(name=name).first()
    if cron is None:
        raise NoSuchCron(name)
    return cron
