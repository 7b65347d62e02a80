"""The picture of a job's chain: when each attempt waited and ran, on which worker, and what was done to it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.text import Truncator

from jobs.models import AuditEvent, Job
from jobsite.console.base.links import job_url
from jobsite.console.base.words import span, utc
from jobsite.console.draw.picture import Words
from jobsite.console.draw.scale import TimeScale
from jobsite.console.draw.timeline import Block, Point, Row, timeline
from jobsite.console.jobs.page.spells import WORDS, Kind, Pauses, Spell, goes_on, marks_of, spells_of
from jobsite.console.jobs.status_label import shown_status, tone_of

# A job of no length still needs a line to stand on.
SHORTEST = timedelta(milliseconds=1)
# Above a bar on a phone; the bar itself tells the whole name.
LONGEST_NAME = 18


def chain_picture(
    job: Job, attempts: Sequence[Job], events: Sequence[AuditEvent], *, now: datetime, why: str, pauses: Pauses = ()
) -> dict[str, Any]:
    """The SVG, and what its colours mean."""
    now = rounded_up(now, since=attempts[0].created_at)
    lived = [(attempt, [event for event in events if event.object_id == str(attempt.uuid)]) for attempt in attempts]
    spells = {
        attempt.pk: spells_of(attempt, own, now=now, why=why if attempt.pk == job.pk else "", pauses=pauses)
        for attempt, own in lived
    }
    rows = [
        _row(number, attempt, spells[attempt.pk], own, is_this=attempt.pk == job.pk)
        for number, (attempt, own) in enumerate(lived, start=1)
    ]
    scale = scale_of(rows, attempts, now=now)
    kinds = [kind for kind in WORDS if any(spell.kind == kind for one in spells.values() for spell in one)]
    legend = [(kind.value, WORDS[kind]) for kind in kinds if kind != Kind.RAN]
    marked = any(row.points for row in rows)
    return {"timeline": timeline(rows, _words(rows), scale=scale), "legend": legend, "marked": marked}


def rounded_up(now: datetime, *, since: datetime) -> datetime:
    """A picture that moved on with each second would never be answered 304: the longer it is, the larger its steps."""
    step = max(1.0, (now - since).total_seconds() / 100)
    size = 1 << int(step).bit_length()
    seconds = int(now.timestamp()) // size * size + size
    return datetime.fromtimestamp(seconds, tz=UTC)


def scale_of(rows: Sequence[Row], attempts: Sequence[Job], *, now: datetime) -> TimeScale:
    """From the first attempt's creation to the last thing that happened; to now while any goes on."""
    begin = attempts[0].created_at
    ends = [block.end for row in rows for block in row.blocks] + [point.at for row in rows for point in row.points]
    end = now if any(map(goes_on, attempts)) else max(ends, default=begin)
    return TimeScale(begin=begin, end=max(end, begin + SHORTEST))


def _row(number: int, attempt: Job, spells: Sequence[Spell], events: Sequence[AuditEvent], *, is_this: bool) -> Row:
    status = shown_status(attempt).replace("_", " ")
    worker = f" on {Truncator(attempt.worker.name).chars(LONGEST_NAME)}" if attempt.worker else ""
    again = "attempt" if number == 1 else "retry"
    return Row(
        label=f"{again} {number}{' (this)' if is_this else ''}: job {attempt.pk}, {status}{worker}",
        blocks=[_block(spell, attempt) for spell in spells],
        points=[Point(at=mark.at, words=f"{utc(mark.at)} UTC: {mark.words}") for mark in marks_of(events)],
        url="" if is_this else job_url(attempt.pk),
    )


def _block(spell: Spell, attempt: Job) -> Block:
    tone = tone_of(attempt) if spell.kind == Kind.RAN else spell.kind.value
    worker = f" on {attempt.worker.name}" if spell.kind == Kind.RAN and attempt.worker else ""
    length = "" if goes_on(attempt) and spell.end > attempt.status_changed_at else f" {span(spell.end - spell.begin)}"
    why = f" ({spell.why})" if spell.why else ""
    words = f"{WORDS[spell.kind]}{length}{worker}, from {utc(spell.begin)} UTC{why}"
    return Block(begin=spell.begin, end=spell.end, tone=tone, words=words)


def _words(rows: Sequence[Row]) -> Words:
    said = [
        f"{row.label}: {'; '.join([*(block.words for block in row.blocks), *(point.words for point in row.points)])}."
        for row in rows
    ]
    return Words(title="Timeline", description=" ".join(said))
