"""delete: a person removes a job; a running one is first stopped by its worker, as a tombstone."""

import json
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from jobs.engine.actor import Actor
from jobs.engine.asked import asked_by
from jobs.engine.audit import audit
from jobs.engine.errors import NoSuchJob
from jobs.engine.lines import names_of, wake_lines
from jobs.models import Job
from jobs.states import OCCUPYING, Status


@transaction.atomic
def delete(job_id: UUID, *, by: Actor, reason: str = "") -> None:
    """Remove an ended or waiting job with its log; a running one is `deleted` until its worker has stopped it.

    The audit keeps the whole row. Asking again changes nothing. Raises NoSuchJob.
    """
    # Locked first: what the audit keeps must be what is removed, and no claim may come between.
    job = Job.objects.select_for_update().filter(uuid=job_id).first()
    if job is None:
        raise NoSuchJob(str(job_id))
    if job.status == Status.DELETED:
        return
    runs = job.status in OCCUPYING
    after = Status.DELETED.value if runs else None
    audit("delete", by=by, object_type="job", object_id=job_id, before=_whole(job), after=after, reason=reason)
    if runs:
        asked = asked_by(by, reason=reason)
        Job.objects.filter(pk=job.pk, status=job.status).update(status=Status.DELETED, **asked)
    else:
        remove(job)
        # It may have been woken, and with it the lines for its locks would sleep.
        transaction.on_commit(lambda: wake_lines(names_of(job)))


def remove(job: Job) -> None:
    """Take the row away, with all that belongs to it. Call it in the transaction that holds its lock."""
    _leave_the_chain(job)
    job.delete()


def _leave_the_chain(job: Job) -> None:
    """The retries of an original stay one chain: the oldest of them is its original from now on."""
    chain = Job.objects.filter(retry_from=job)
    heir = chain.order_by("pk").values_list("pk", flat=True).first()
    if heir is not None:
        chain.exclude(pk=heir).update(retry_from=heir)


def _whole(job: Job) -> Any:
    row = {field.attname: getattr(job, field.attname) for field in Job._meta.concrete_fields}
    return json.loads(json.dumps(row, cls=DjangoJSONEncoder))
