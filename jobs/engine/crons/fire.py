"""fire: due crons make their jobs, or record why not, and move on to their next runs, in one transaction."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from jobs.engine.actor import Actor
from jobs.engine.cancel import cancel
from jobs.engine.clock import database_now
from jobs.engine.crons.enable import disable_locked
from jobs.engine.crons.make import make_jobs
from jobs.engine.crons.skip import record_skips
from jobs.engine.crons.turn import Turn, take_turns
from jobs.engine.errors import JobEnded
from jobs.engine.rows import django_rows
from jobs.models import Cron, Job

logger = logging.getLogger(__name__)

# So many crons at most share a transaction: whoever edits one of them meanwhile has to wait for all.
BATCH = 200

# Their rows are locked, so what was read of them still holds. Without a job the last run stays.
_MOVE_ON = """UPDATE jobs_cron AS cron
SET next_run_at = moved.next_run_at, last_run_at = coalesce(moved.last_run_at, cron.last_run_at)
FROM unnest(%(crons)s, %(next_runs)s::timestamptz[], %(last_runs)s::timestamptz[])
    AS moved(id, next_run_at, last_run_at) WHERE cron.id = moved.id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """A cron that was looked at. `again`: it is still due, and the others have their turn first."""

    cron_id: int
    failed: bool = False
    again: bool = False


def fire(*, by: Actor, passed_over: Collection[int] = ()) -> list[Fired]:
    """Fire the crons that are due first, of those that no other beat is at; none if there are none.

    Beats side by side share nothing but the rows' locks: whoever has one fires, and the others find it advanced.
    """
    due = _due().exclude(pk__in=passed_over) if passed_over else _due()
    fired, refused = _fire(due[:BATCH], by=by)
    for key in refused:
        # One of them is why. Alone it is in nobody's way.
        alone, failed = _fire(_due().filter(pk=key), by=by)
        fired += alone or [Fired(cron_id=cron, failed=True) for cron in failed]
    return fired


def _due() -> QuerySet[Cron]:
    due = Cron.objects.filter(enabled=True, next_run_at__lte=Now()).order_by("next_run_at")
    return due.select_for_update(skip_locked=True, no_key=True)


@transaction.atomic
def _fire(due: QuerySet[Cron], *, by: Actor) -> tuple[list[Fired], list[int]]:
    """What has fired, and what was refused: all of them, then."""
    crons = list(due)
    if not crons:
        return [], []
    try:
        with transaction.atomic():
            return _fire_locked(crons, by=by), []
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        # They stay due, and the reason is in the log: others are none the worse.
        logger.exception("crons not fired", extra={"crons": [cron.name for cron in crons]})
        return [], [cron.pk for cron in crons]


def _fire_locked(crons: Sequence[Cron], *, by: Actor) -> list[Fired]:
    turns = take_turns(crons, now=database_now())
    make_jobs(turns, by=by)
    record_skips((skip for turn in turns for skip in turn.skips), by=by)
    _move_on(turns)
    _cancel_replaced([turn for turn in turns if turn.made and turn.cron.overlap == Cron.Overlap.REPLACE], by=by)
    for turn in turns:
        if turn.dues is None:
            # Stored by another version, or a zone that is gone. Whoever repairs it enables it.
            disable_locked(turn.cron, by=by, reason=f"its schedule can not be read any more: {turn.unreadable}")
    return [Fired(cron_id=turn.cron.pk, again=turn.dues is not None and turn.dues.more) for turn in turns]


def _move_on(turns: Sequence[Turn]) -> None:
    moved = [(turn.cron.pk, turn.dues.following, turn.last_run_at) for turn in turns if turn.dues is not None]
    if moved:
        crons, next_runs, last_runs = map(list, zip(*moved, strict=True))
        django_rows(_MOVE_ON, {"crons": crons, "next_runs": next_runs, "last_runs": last_runs})


def _cancel_replaced(turns: Sequence[Turn], *, by: Actor) -> None:
    made = {turn.cron.pk: turn.made for turn in turns}
    if not made:
        return
    new = [job.pk for jobs in made.values() for job in jobs]
    older = Job.objects.filter(cron__in=made, ended_at=None).exclude(pk__in=new)
    for uuid, cron in older.values_list("uuid", "cron"):
        try:
            cancel(uuid, by=by, reason=f"replaced by job {made[cron or 0][-1].pk} of the same cron")
        except JobEnded:
            # By itself, just now.
            continue
