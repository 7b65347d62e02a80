"""Very many crons due at the same second, and one beat: how fast they fire."""

import argparse
import subprocess
import sys
from datetime import timedelta

from django.db.models import Max

from benchmarks import harness
from jobs.engine.clock import database_now
from jobs.models import Cron, Job
from workers.models import Beat

# Between two runs of these lies a day, as of most crons.
SCHEDULE = "0 0 3 * * *"


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bin/bench due_at_once", description=__doc__)
    parser.add_argument("--crons", type=int, default=10_000, help="how many (10000)")
    options = parser.parse_args(argv)
    harness.prepare()
    far = database_now() + timedelta(days=1)
    crons = [
        Cron(name=f"c{number}", action="bench_noop", schedule=SCHEDULE, next_run_at=far)
        for number in range(options.crons)
    ]
    Cron.objects.bulk_create(crons)
    beat = subprocess.Popen([sys.executable, "-m", "celery", "-A", "jobsite", "--quiet", "beat"])
    try:
        harness.wait_until(lambda: Beat.objects.filter(ticked_at__isnull=False).exists())
        seconds = _fired_within(options.crons)
    finally:
        beat.terminate()
        beat.wait(30)
    rate = options.crons / seconds
    rows = [
        ("crons due at once", str(options.crons)),
        ("all fired after s", f"{seconds:.2f}"),
        ("a second", f"{rate:.0f}"),
    ]
    harness.report("due at once", rows, {"crons": options.crons, "fires_per_s": round(rate, 1)})


def _fired_within(count: int) -> float:
    """From the due second to the last job, by the database's clock."""
    due = database_now().replace(microsecond=0) + timedelta(seconds=2)
    Cron.objects.filter(action="bench_noop").update(next_run_at=due)
    harness.wait_until(lambda: Job.objects.filter(cron_due_at=due).count() == count, every=0.5)
    last = Job.objects.filter(cron_due_at=due).aggregate(last=Max("created_at"))["last"]
    return float((last - due).total_seconds())
