"""reseal: bring all stored secrets under the key that encrypts now, so that the former ones can be thrown away."""

from collections.abc import Iterator

from jobs.engine.actor import Actor
from jobs.engine.audit import audit
from jobs.engine.sealing import MOST_WALKS, Sealed, SealingUndone, seal_rows
from jobs.models import ActionConfig, Cron, Job
from jobs.seal.form import sealed_in
from jobs.seal.keys import name_of_first


def reseal(*, by: Actor) -> Sealed:
    """Found by an index on the key: what is under the new one is not looked at again. Raises NoKey, SealingUndone.

    All that one of our keys opens can be read the whole time, and jobs with secrets go on being made and run.
    """
    key, sealed = name_of_first(), Sealed()
    # Before, since it may be broken off.
    audit("reseal", by=by, object_type="parameters_key", object_id=key)
    _reseal_jobs(key, into=sealed)
    # Few, and without a name of their key.
    for rows in (Cron.objects.all(), ActionConfig.objects.all()):
        seal_rows(rows, into=sealed, wanted=lambda stored: any(sealed_in(dict(stored))))
    return sealed


def _reseal_jobs(key: str, *, into: Sealed) -> None:
    # A retry that is made meanwhile may have copied a row just before its turn.
    for _ in range(MOST_WALKS):
        for former in _others_in_use(key):
            seal_rows(Job.objects.filter(sealed_with=former), into=into)
        if into.refused or not any(_others_in_use(key)):
            return
    raise SealingUndone("jobs are still made under a former key: restart all processes with the new one first")


def _others_in_use(key: str) -> Iterator[str]:
    """The names of all other keys that jobs are sealed with: a probe of the index for each."""
    names = Job.objects.order_by("sealed_with").values_list("sealed_with", flat=True)
    last = ""
    while found := names.filter(sealed_with__gt=last).first():
        last = found
        if last != key:
            yield last
