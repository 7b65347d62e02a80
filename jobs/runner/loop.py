"""A slot's loop: claim, run, finish-and-claim, until nothing fits."""

import logging
import time

import psycopg2

from jobs import doorbell
from jobs.engine.claim import Claim, claim
from jobs.engine.classes import KnownClass
from jobs.engine.fail import fail
from jobs.engine.finish import HandOver, Outcome, finish, own_job
from jobs.engine.refuse import refuse
from jobs.engine.session import connection_lost
from jobs.engine.slot import Claimed, Slot
from jobs.runner import process
from jobs.runner.run import run

logger = logging.getLogger(__name__)

# After so many jobs in a row the process goes back to Celery, and rings so that it is called again.
MAX_CHAIN = 5000
RECONNECT_SECONDS = 0.5


def serve(slot: Slot, *, rung: str, hops: int) -> int:
    """Answer one bell: run jobs until none fits. Returns how many. `rung` is the class of the bell."""
    if process.stopping():
        return 0
    known = slot.class_named(rung)
    found = _claim(slot)
    if found.job is None and known is not None:
        _pass_on(slot, known, hops=hops)
    served = 0
    while found.job is not None:
        _ring(slot, found.more)
        served += _chain(slot, found.job)
        if process.stopping() or served >= MAX_CHAIN:
            _ring(slot, _ready(slot, [found.job.class_id]))
            break
        # What the last job freed is not seen by the statement that ended it: look a second time.
        found = _claim(slot)
    return served


def _claim(slot: Slot) -> Claim:
    """The claim, over broken connections: one whose COMMIT got no answer may have happened, and is run then."""
    while True:
        try:
            return claim(slot)
        except psycopg2.Error as error:
            if not connection_lost(error):
                raise
            if (own := _own_after_reconnect(slot)) is not None:
                return Claim(job=own, more=[])


def _chain(slot: Slot, job: Claimed) -> int:
    """Run `job` and all that its hand-overs bring."""
    served = 0
    current: Claimed | None = job
    while current is not None:
        started = time.monotonic()
        outcome = run(slot, current)
        served += 1
        handed = _finish(slot, current, outcome, take_next=served < MAX_CHAIN and not process.stopping())
        if not handed.accepted:
            refuse(slot, current)
        if handed.marked:
            process.retire()
        _tell(current, outcome, handed, seconds=time.monotonic() - started)
        if handed.job is not None and handed.job.class_id != current.class_id:
            _ring(slot, _ready(slot, slot.within(current.class_id)))
        _ring_for_woken(slot, current, handed)
        current = handed.job
    return served


def _tell(job: Claimed, outcome: Outcome, handed: HandOver, *, seconds: float) -> None:
    told = {"job": job.uuid, "action": job.action, "seconds": round(seconds, 3)}
    if handed.accepted:
        logger.info("job ended", extra={**told, "status": outcome.status.value})
    else:
        logger.warning("late result refused", extra=told)


def _finish(slot: Slot, job: Claimed, outcome: Outcome, *, take_next: bool) -> HandOver:
    """The hand-over, over broken connections and results that the database refuses."""
    while True:
        try:
            return finish(slot, job, outcome, take_next=take_next)
        except psycopg2.DataError as error:
            outcome = fail(error)
        except psycopg2.Error as error:
            if not connection_lost(error):
                raise
            logger.warning("connection lost at the end of a job", extra={"job": str(job.uuid)})
            own = _own_after_reconnect(slot)
            if own is None or own.id != job.id:
                # With no answer, whether it was marked is not known.
                return HandOver(accepted=True, job=own, marked=own is None)


def _own_after_reconnect(slot: Slot) -> Claimed | None:
    """Which row is this slot's, once the database answers: the commit that got no answer may have happened."""
    while True:
        slot.session.reset()
        try:
            return own_job(slot)
        except psycopg2.Error:
            time.sleep(RECONNECT_SECONDS)


def _ring(slot: Slot, ready: list[int]) -> None:
    """Call another slot for work that is left and would fit: one bell wakes one slot, which rings on."""
    for class_id in ready[:1]:
        doorbell.ring(slot.class_name(class_id))


def _ring_for_woken(slot: Slot, ended: Claimed, handed: HandOver) -> None:
    """Who was woken by the end of a job with locks is taken by this slot's next claim, if it makes one and fits."""
    looks_itself = handed.job is None and not handed.marked and not process.stopping()
    for class_id in handed.woken:
        if not looks_itself or class_id not in slot.within(ended.class_id):
            doorbell.ring(slot.class_name(class_id))


def _ready(slot: Slot, class_ids: list[int]) -> list[int]:
    try:
        return [row[0] for row in slot.session.prepared("ready_classes", (class_ids,))]
    except psycopg2.Error as error:
        # Only a bell is lost by this; the slot may hold a job already, which must run.
        logger.warning("bell not rung: the database did not answer", extra={"error": str(error).strip()})
        slot.session.reset()
        return []


def _pass_on(slot: Slot, rung: KnownClass, *, hops: int) -> None:
    """This worker can not use the bell: another might. Without this a full worker with spare slots swallows it."""
    [(others,)] = slot.session.prepared("others", (slot.worker_id, rung.id))
    # Twice round, since a bell may come back to who passed it on.
    if (hops := min(hops, 2 * others)) > 0:
        doorbell.ring(rung.name, hops=hops - 1)
