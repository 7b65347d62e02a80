"""turn: a due cron in the hands of a beat, and what becomes of each of its due seconds."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial

from jobs.engine.crons.decision import Policy, decide, spans
from jobs.engine.crons.dues import PART, Dues, dues_until
from jobs.engine.crons.skip import skip_rows
from jobs.engine.crons.spec import read_times
from jobs.engine.errors import InvalidSubmission
from jobs.models import Cron, CronSkip, Job
from jobs.schedule import Never


@dataclass(slots=True, kw_only=True)
class Turn:
    """`fire` are the seconds that are to make a job. `unreadable` says why there are none to tell."""

    cron: Cron
    dues: Dues | None = None
    unreadable: str = ""
    fire: list[datetime] = field(default_factory=list)
    made: list[Job] = field(default_factory=list)
    skips: list[CronSkip] = field(default_factory=list)

    @property
    def last_run_at(self) -> datetime | None:
        """None if nothing was made."""
        return self.made[-1].cron_due_at if self.made else None

    def skip(self, seconds: Iterable[datetime], code: CronSkip.Code, *, why: str = "") -> None:
        """Of those that were to fire."""
        self.skips += skip_rows(self.cron, spans(self.fire, dict.fromkeys(seconds, code)), why=why)


def take_turns(crons: Iterable[Cron], *, now: datetime) -> list[Turn]:
    """The crons' turns, each decided; those at the end wait if the first have very much to catch up."""
    turns = list(_within_a_part(crons, now))
    busy = _busy(turn.cron for turn in turns if turn.cron.overlap == Cron.Overlap.FORBID)
    for turn in turns:
        if turn.dues is not None:
            is_busy, more = turn.cron.pk in busy, turn.dues.more
            decision = decide(turn.dues.seconds, now=now, policy=_policy(turn.cron), busy=is_busy, more=more)
            turn.fire, turn.skips = decision.fire, skip_rows(turn.cron, decision.skips)
    return turns


def _within_a_part(crons: Iterable[Cron], now: datetime) -> Iterator[Turn]:
    """Until their seconds are as many as one cron alone may have: no transaction takes longer than that."""
    seconds = 0
    # Those that are due at once often have the same schedule.
    dues_of = cache(partial(_dues, now))
    for cron in crons:
        turn = _turn(cron, dues_of)
        yield turn
        seconds += len(turn.dues.seconds) if turn.dues else 0
        if seconds >= PART:
            return


def _turn(cron: Cron, dues_of: Callable[[str, str, datetime | None], Dues]) -> Turn:
    try:
        return Turn(cron=cron, dues=dues_of(cron.schedule, cron.timezone, cron.next_run_at))
    except (InvalidSubmission, Never) as error:
        return Turn(cron=cron, unreadable=str(error))


def _dues(now: datetime, schedule_text: str, timezone: str, first: datetime | None) -> Dues:
    schedule, zone = read_times(schedule_text, timezone)
    return dues_until(now, first=first or now, schedule=schedule, zone=zone)


def _policy(cron: Cron) -> Policy:
    return Policy(misfire=cron.misfire, grace=timedelta(seconds=cron.grace_seconds), overlap=cron.overlap)


def _busy(crons: Iterable[Cron]) -> set[int]:
    """Those with a job that has not ended; its retries count."""
    wanted = [cron.pk for cron in crons]
    unended = Job.objects.filter(cron__in=wanted, ended_at=None)
    return {key for key in unended.order_by().values_list("cron", flat=True).distinct() if key} if wanted else set()
