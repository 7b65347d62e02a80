"""The crons of a fresh installation: they prune what nobody will ask for any more."""

import logging

from django.db import transaction

from jobs.engine.actor import Actor
from jobs.engine.crons.save import save_cron
from jobs.engine.crons.spec import CronSpec
from jobs.engine.rows import django_rows
from jobs.engine.submission import Submission
from jobs.models import AuditEvent, Cron

logger = logging.getLogger(__name__)

DEFAULTS = (
    (
        CronSpec(job=Submission(action="onlinegc_joblogs", parameters={"days": 90}), schedule="0 12 3 * * *"),
        "deletes the logs of jobs that ended more than 90 days ago",
    ),
    (
        CronSpec(job=Submission(action="onlinegc_jobs", parameters={"days": 400}), schedule="0 42 3 * * *"),
        "deletes jobs that ended more than 400 days ago",
    ),
)
# Any number that only this uses: of several first beats one makes them.
_LOCK = 0x63726F6E


@transaction.atomic
def make_default_crons(*, by: Actor) -> list[str]:
    """The names of those made now. Once in the life of an installation: what an operator took away stays away."""
    django_rows("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    made = []
    for spec, words in DEFAULTS:
        name = spec.job.action
        # The audit never forgets.
        if AuditEvent.objects.filter(object_type="cron", object_id=name).exists() or Cron.objects.filter(name=name):
            continue
        save_cron(spec, by=by)
        logger.info("cron %s made: each night it %s; change or disable it under Crons", name, words)
        made.append(name)
    return made
