"""What the benchmarks share: a migrated database, real workers, waiting jobs, and the form of the answer."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.db.models import Max, Min
from rich.console import Console
from rich.table import Table

from jobs.engine.actor import Actor
from jobs.engine.enqueue import enqueue_many
from jobs.engine.submission import Submission
from jobs.models import Job
from workers.models import Worker

PATIENCE_SECONDS = 300


def prepare() -> None:
    """The database migrated."""
    call_command("migrate", verbosity=0)


@contextmanager
def worker(*options: str, name: str = "bench") -> Iterator[subprocess.Popen[bytes]]:
    """A real `manage.py worker`, from its first heartbeat to a clean stop."""
    process = subprocess.Popen([sys.executable, "manage.py", "worker", "--name", name, "--grace", "1", *options])
    try:
        _await_heartbeat(name, process)
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _await_heartbeat(name: str, process: subprocess.Popen[bytes]) -> None:
    wait_until(lambda: process.poll() is not None or Worker.objects.filter(name=name, state="running").exists())
    if process.poll() is not None:
        raise RuntimeError(f"the worker ended with exit code {process.returncode}")


def wait_until(condition: Any, *, every: float = 0.05, patience: float = PATIENCE_SECONDS) -> None:
    """Ask until the condition holds, within bounds."""
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"the benchmark did not get on within {patience} s")
        time.sleep(every)


def enqueue_noops(count: int, **fields: Any) -> list[int]:
    """Insert `count` waiting no-op jobs through the engine; returns their ids."""
    return enqueue_jobs("bench_noop", count, **fields)


def enqueue_jobs(action: str, count: int, **fields: Any) -> list[int]:
    """Insert `count` waiting jobs of this action through the engine; returns their ids."""
    by = Actor(dialect="cli", client="bench")
    return [job.pk for job in enqueue_many((Submission(action=action, **fields) for _ in range(count)), by=by)]


def all_ended(ids: list[int]) -> bool:
    """Whether these jobs have ended."""
    return not Job.objects.filter(id__range=(ids[0], ids[-1]), ended_at__isnull=True).exists()


def rate(ids: list[int]) -> float:
    """Jobs a second, from the first start to the last end, by the database's clock."""
    span = Job.objects.filter(id__range=(ids[0], ids[-1])).aggregate(first=Min("started_at"), last=Max("ended_at"))
    return len(ids) / float((span["last"] - span["first"]).total_seconds())


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of all lie."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def spans_ms(seconds: list[float]) -> dict[str, float]:
    """What one request took, told in milliseconds."""
    return {f"p{share}_ms": round(percentile(seconds, share / 100) * 1000, 1) for share in (50, 95)}


def tell(name: str, figure: Any) -> None:
    """At once: the whole takes minutes, and who ends it early keeps what it has measured."""
    print(f"{name}: {_words(figure)}", file=sys.stderr, flush=True)


def report(title: str, rows: list[tuple[str, str]], figures: dict[str, Any]) -> None:
    """A table to read, and as the last line one JSON object."""
    table = Table(title=title, show_header=False)
    for row in rows:
        table.add_row(*row)
    Console().print(table)
    print(json.dumps(figures), flush=True)


def report_figures(title: str, figures: dict[str, Any]) -> None:
    """Where the table says what the JSON does; a figure may be an object of several."""
    report(title, [(name, _words(figure)) for name, figure in figures.items()], figures)


def _words(figure: Any) -> str:
    return ", ".join(f"{key} {value}" for key, value in figure.items()) if isinstance(figure, dict) else str(figure)
