"""The history as two pictures: what ended, and how long it had waited."""

from dataclasses import dataclass
from datetime import UTC, timedelta

from django.utils.safestring import SafeString

from jobs.states import Status
from jobsite.console.base.words import span as span_words
from jobsite.console.dashboard.history import Bucket, History
from jobsite.console.draw.picture import Words
from jobsite.console.draw.scale import TimeScale
from jobsite.console.draw.time_bars import Bar, time_bars
from jobsite.console.draw.time_lines import Series, time_lines

TONES: dict[str, tuple[Status, ...]] = {
    "good": (Status.DONE,),
    "warn": (Status.CANCELED, Status.WORKER_SHUTDOWN),
    "bad": (Status.ERRORED, Status.TIMEOUT, Status.WORKER_DEAD),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Charts:
    name: str
    ended: SafeString
    queued: SafeString
    total: str
    failed: str
    p50: str
    p95: str
    is_estimated: bool
    any_ended: bool
    any_started: bool


def charts(history: History) -> Charts:
    scale = TimeScale(begin=history.whole.begin, end=history.whole.end)
    return Charts(
        name=history.span.name,
        ended=_ended(history, scale),
        queued=_queued(history, scale),
        total=history.whole.amount(),
        failed=history.whole.amount(*TONES["bad"]),
        p50=_seconds(history.whole.p50),
        p95=_seconds(history.whole.p95),
        is_estimated=history.whole.is_estimated,
        any_ended=history.whole.total > 0,
        any_started=history.whole.p50 is not None,
    )


def _ended(history: History, scale: TimeScale) -> SafeString:
    bars = [
        Bar(begin=b.begin, end=b.end, parts={tone: _tone(b, tone) for tone in TONES}, words=_words(b))
        for b in history.buckets
        if b.total
    ]
    highest = max(history.buckets, key=lambda bucket: bucket.total)
    peak = f"{highest.amount()} in {_step(history)}"
    words = Words(
        title=f"Jobs that ended in the last {history.span.name}",
        description=f"{_words(history.whole)}. At most {peak}, at {_clock(highest)}."
        if highest.total
        else "None ended.",
    )
    return time_bars(bars, words, scale=scale, peak=peak)


def _queued(history: History, scale: TimeScale) -> SafeString:
    middles = [(bucket.begin + history.span.step / 2, bucket) for bucket in history.buckets]
    series = [
        Series(tone="info", points=[(at, bucket.p50) for at, bucket in middles]),
        Series(tone="warn", points=[(at, bucket.p95) for at, bucket in middles]),
    ]
    slowest = max((bucket.p95 for bucket in history.buckets if bucket.p95 is not None), default=None)
    halves = f"Half waited at most {_seconds(history.whole.p50)}, 95 of 100 at most {_seconds(history.whole.p95)}."
    words = Words(
        title=f"Time in the queue of jobs that ended in the last {history.span.name}",
        description="None had started." if slowest is None else halves,
    )
    return time_lines(series, words, scale=scale, peak=_seconds(slowest))


def _tone(bucket: Bucket, tone: str) -> int:
    return sum(bucket.ended.get(status.value, 0) for status in TONES[tone])


def _words(bucket: Bucket) -> str:
    parts = [
        f"{bucket.amount(status)} {status.replace('_', ' ')}"
        for statuses in TONES.values()
        for status in statuses
        if bucket.ended.get(status)
    ]
    return ", ".join(parts) or "none"


def _seconds(seconds: float | None) -> str:
    return "-" if seconds is None else span_words(timedelta(seconds=seconds))


def _step(history: History) -> str:
    minutes = history.span.step // timedelta(minutes=1)
    return "a minute" if minutes == 1 else f"{minutes} minutes"


def _clock(bucket: Bucket) -> str:
    return f"{bucket.begin.astimezone(UTC):%H:%M}"
