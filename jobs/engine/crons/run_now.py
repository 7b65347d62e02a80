"""run_now: a person wants a job of a cron at once, whatever its schedule says and whether it is enabled or not."""

from dataclasses import replace

from django.db import IntegrityError, connection, transaction

from jobs.engine.actor import Actor
from jobs.engine.audit import audit
from jobs.engine.classes import forget_classes
from jobs.engine.crons.spec import submission_of
from jobs.engine.enqueue import enqueue
from jobs.engine.errors import NoSuchCron
from jobs.models import Cron, Job


def run_now(name: str, *, by: Actor) -> Job:
    """The job just made; it is nobody's due second. Raises NoSuchCron, InvalidSubmission."""
    try:
        return _run_now(name, by=by)
    except IntegrityError:
        # A capacity class that this process remembered was dropped meanwhile, being unused.
        forget_classes()
        return _run_now(name, by=by)


@transaction.atomic
def _run_now(name: str, *, by: Actor) -> Job:
    cron = Cron.objects.filter(name=name).first()
    if cron is None:
        raise NoSuchCron(name)
    job = enqueue(replace(submission_of(cron), scheduled_by=by.user or None), by=by)
    # Now, and not at the commit, which may be another's.
    connection.check_constraints()
    audit("run", by=by, object_type="cron", object_id=name, after={"job": str(job.uuid)})
    return job
