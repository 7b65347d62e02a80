"""run_now: a person wants a job of a cron at once, whatever its schedule says and whether it is enabled or not."""

from dataclasses import replace

from django.db import transaction

from jobs.engine.actor import Actor
from jobs.engine.audit import audit
from jobs.engine.crons.spec import submission_of
from jobs.engine.enqueue import enqueue
from jobs.engine.errors import NoSuchCron
from jobs.models import Cron, Job


@transaction.atomic
def run_now(name: str, *, by: Actor, reason: str = "") -> Job:
    """The job just made; it is nobody's due second. Raises NoSuchCron, InvalidSubmission."""
    cron = Cron.objects.filter(name=name).first()
    if cron is None:
        raise NoSuchCron(name)
    job = enqueue(replace(submission_of(cron), scheduled_by=by.user or None), by=by)
    audit("run", by=by, object_type="cron", object_id=name, after={"job": str(job.uuid)}, reason=reason)
    return job
