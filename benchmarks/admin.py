"""How long pages of the admin take over millions of jobs, half of which ended within the last day."""

import argparse
import time

from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import reverse

from benchmarks import harness
from benchmarks.site import fill


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bin/bench admin", description=__doc__)
    parser.add_argument("--jobs", type=int, default=5_000_000, help="rows of jobs (5000000)")
    parser.add_argument("--times", type=int, default=40, help="how often each page is asked for (40)")
    options = parser.parse_args(argv)
    harness.prepare()
    fill(options.jobs)
    figures: dict[str, float] = {}
    for name, url in _pages().items():
        seconds = _times(url, options.times)
        figures |= {f"{name}_p50_ms": _ms(seconds, 0.5), f"{name}_p95_ms": _ms(seconds, 0.95)}
    harness.report(f"admin, {options.jobs:,} jobs", [(key, str(value)) for key, value in figures.items()], figures)


def _pages() -> dict[str, str]:
    parts = {f"overview_{name}": reverse("dashboard-part", args=[name]) for name in ("needs", "now", "past")}
    jobs = reverse("admin:jobs_job_changelist")
    lists = {
        "jobs": jobs,
        "jobs_failed": f"{jobs}?status__exact=errored",
        "jobs_oldest": f"{jobs}?oldest=1",
        "jobs_by_id": f"{jobs}?q=019ab3c4",
        "jobs_by_parameter": f"{jobs}?q=device%3Deosdist",
        "jobs_by_user": f"{jobs}?scheduled_by=nobody",
    }
    # Counts up to the cap.
    return {"overview": reverse("admin:index"), **parts, **lists, "jobs_all": f"{jobs}all/retry/?status__exact=errored"}


@override_settings(ALLOWED_HOSTS=["testserver"])
def _times(url: str, times: int) -> list[float]:
    """Each time as the first who looks: what is shared among readers for some seconds is forgotten."""
    user, _ = User.objects.get_or_create(username="bench", defaults={"is_staff": True, "is_superuser": True})
    client = Client()
    client.force_login(user)
    return [_seconds(client, url) for _ in range(times + 3)][3:]


def _seconds(client: Client, url: str) -> float:
    cache.clear()
    began = time.perf_counter()
    answer = client.get(url)
    if answer.status_code != 200:
        raise RuntimeError(f"{url}: {answer.status_code}")
    return time.perf_counter() - began


def _ms(seconds: list[float], share: float) -> float:
    return round(harness.percentile(seconds, share) * 1000, 1)
