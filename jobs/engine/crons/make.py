"""make_jobs: the jobs of all turns at once, made as any job is. What is refused becomes a skip with the reason."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import DatabaseError, IntegrityError

from jobs.engine.actor import Actor
from jobs.engine.classes import class_for
from jobs.engine.crons.spec import submission_of
from jobs.engine.crons.turn import Turn
from jobs.engine.enqueue import Enqueued, enqueue_checked
from jobs.engine.errors import InvalidSubmission
from jobs.engine.submission import Checked, Submission, check, configured_parameters
from jobs.models import CronSkip, Job

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A job for one due second."""

    turn: Turn
    due: datetime
    item: Checked

    @property
    def key(self) -> tuple[int, datetime]:
        return self.turn.cron.pk, self.due


def make_jobs(turns: Sequence[Turn], *, by: Actor) -> None:
    """Each turn is told what was made of it."""
    firing = [(turn, submission_of(turn.cron)) for turn in turns if turn.fire]
    configured = configured_parameters(job for _, job in firing) if firing else {}
    checked = [(turn, item) for turn, job in firing if (item := _checked(turn, job, configured))]
    wanted = [_Wanted(turn, due, _at(due, item)) for turn, item in checked for due in turn.fire]
    refused: dict[int, list[datetime]] = defaultdict(list)
    for one, enqueued in _enqueue(wanted, by=by) if wanted else ():
        if enqueued.new:
            one.turn.made.append(enqueued.job)
        else:
            refused[one.turn.cron.pk].append(one.due)
    for turn, _ in checked:
        turn.skip(refused[turn.cron.pk], CronSkip.Code.UNIQUE)


def _checked(turn: Turn, job: Submission, configured: Mapping[str, dict[str, Any]]) -> Checked | None:
    try:
        item = check(job, configured=configured)
        # Now: one capacity class too many is refused to this cron alone.
        class_for(item.needs)
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001 - an action computes its locks in code of its own
        why = str(error) if isinstance(error, InvalidSubmission) else f"{type(error).__name__}: {error}"
        turn.skip(turn.fire, CronSkip.Code.INVALID, why=why)
        logger.warning("cron skipped", extra={"cron": turn.cron.name, "reason": why})
        return None
    return item


def _at(due: datetime, item: Checked) -> Checked:
    return replace(item, submission=replace(item.submission, scheduled_at=due, cron_due_at=due))


def _enqueue(wanted: Sequence[_Wanted], *, by: Actor) -> list[tuple[_Wanted, Enqueued]]:
    """Without those that have their job already."""
    try:
        return list(zip(wanted, enqueue_checked([one.item for one in wanted], by=by), strict=True))
    except IntegrityError:
        # The unique index is the last word: a second that has its job gets no other.
        had = _had(wanted)
        left = [one for one in wanted if one.key not in had]
        if len(left) == len(wanted):
            raise
        return _enqueue(left, by=by) if left else []


def _had(wanted: Sequence[_Wanted]) -> set[tuple[int | None, datetime | None]]:
    crons, seconds = {one.turn.cron.pk for one in wanted}, {one.due for one in wanted}
    jobs = Job.objects.filter(cron__in=crons, cron_due_at__in=seconds)
    return set(jobs.values_list("cron", "cron_due_at"))
