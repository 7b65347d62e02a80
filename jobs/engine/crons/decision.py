"""Which of the due seconds that a tick finds make a job, and why the others do not. Values in, values out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from jobs.models.cron import Cron, CronSkip

# Later than this a due second was missed: no beat was there for it.
ON_TIME = timedelta(seconds=10)
# So many missed runs of one cron are made up for at most, the newest.
MAX_MADE_UP = 100
Code = CronSkip.Code
Misfire, Overlap = Cron.Misfire, Cron.Overlap


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a cron says of missed runs, and of a run that meets the one before."""

    misfire: str
    grace: timedelta
    overlap: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Due seconds in a row that are skipped for one reason. `count` is None for very many."""

    first: datetime
    last: datetime
    count: int | None
    code: CronSkip.Code


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """In the order of time. `fire` and `skips` together hold each due second once."""

    fire: list[datetime] = field(default_factory=list)
    skips: list[Span] = field(default_factory=list)


def decide(dues: Sequence[datetime], *, now: datetime, policy: Policy, busy: bool, more: bool = False) -> Decision:
    """Judge due seconds, oldest first. `busy`: a job of the cron has not ended. `more`: so many that others follow.

    1. What is late was missed: the misfire policy says which of it is made up for.
    2. Of what is left the overlap policy takes its share.
    """
    codes: dict[datetime, CronSkip.Code] = {}
    late = [due for due in dues if now - due > ON_TIME]
    codes |= _not_made_up(late, now=now, policy=policy, more=more)
    codes |= _overlapping([due for due in dues if due not in codes], overlap=policy.overlap, busy=busy)
    return Decision(fire=[due for due in dues if due not in codes], skips=spans(dues, codes))


def spans(dues: Iterable[datetime], codes: dict[datetime, CronSkip.Code]) -> list[Span]:
    """Neighbours with the same code, as one."""
    found = []
    for code, group in groupby(dues, key=codes.get):
        members = list(group)
        if code is not None:
            found.append(Span(first=members[0], last=members[-1], count=len(members), code=code))
    return found


def _not_made_up(late: list[datetime], *, now: datetime, policy: Policy, more: bool) -> dict[datetime, CronSkip.Code]:
    if policy.misfire == Misfire.SKIP:
        return dict.fromkeys(late, Code.MISSED)
    too_late = [due for due in late if now - due > policy.grace]
    within = late[len(too_late) :]
    # The newest are made up for; with more to come, none of these is among them.
    room = 0 if more else {Misfire.ONCE: 1, Misfire.ALL: MAX_MADE_UP}[Misfire(policy.misfire)]
    passed_over = within[: max(0, len(within) - room)]
    code = Code.COALESCED if policy.misfire == Misfire.ONCE else Code.TOO_MANY
    return dict.fromkeys(too_late, Code.TOO_LATE) | dict.fromkeys(passed_over, code)


def _overlapping(dues: list[datetime], *, overlap: str, busy: bool) -> dict[datetime, CronSkip.Code]:
    if overlap == Overlap.FORBID:
        # The first of them runs into the others.
        return dict.fromkeys(dues if busy else dues[1:], Code.OVERLAP)
    if overlap == Overlap.REPLACE:
        return dict.fromkeys(dues[:-1], Code.REPLACED)
    return {}
