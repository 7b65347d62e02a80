"""The last runs of a cron as a picture: each leads to its job."""

from collections import Counter
from collections.abc import Sequence

from django.utils.safestring import SafeString

from jobsite.console.base.words import utc
from jobsite.console.crons.runs import RUNS, Run
from jobsite.console.draw.picture import Words
from jobsite.console.draw.strip import Cell, strip

# Tone and height: what went wrong is as tall as what went well, what never was is low.
_LOOKS = {
    "ran": ("good", 1.0),
    "late": ("warn", 1.0),
    "failed": ("bad", 1.0),
    "going": ("info", 0.7),
    "stopped": ("quiet", 0.7),
    "skipped": ("warn", 0.35),
}
LEGEND = [
    ("good", "ran"),
    ("warn", "ran late, or (low) skipped"),
    ("bad", "failed"),
    ("info", "waits or runs"),
    ("quiet", "stopped"),
]


def strip_of(name: str, runs: Sequence[Run]) -> SafeString:
    """`runs` come newest first."""
    words = Words(title=f"Last runs of {name}", description=_summary(runs))
    return strip([_cell(run) for run in reversed(runs)], words, places=RUNS)


def _cell(run: Run) -> Cell:
    tone, tall = _LOOKS[run.kind]
    why = f" ({run.words})" if run.words else ""
    return Cell(tone=tone, tall=tall, words=f"{utc(run.at)}: {run.what}{why}", url=run.url)


def _summary(runs: Sequence[Run]) -> str:
    counts = Counter(run.kind for run in runs)
    return ", ".join(f"{counts[kind]} {kind}" for kind in _LOOKS if counts[kind]) or "none yet"
