"""How long pages of the admin take over millions of jobs, half of which ended within the last day."""

import argparse
import time
from importlib import import_module
from itertools import cycle, islice
from typing import Any

from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import reverse

from benchmarks import harness
from benchmarks.site import Site, fill


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bin/bench admin", description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000, help="rows of jobs (5000000)")
    parser.add_argument("--times", type=int, default=40, help="how often each page is asked for (40)")
    options = parser.parse_args(argv)
    harness.prepare()
    site = fill(options.rows)
    import_module("jobsite.wsgi")  # As it is in the processes of gunicorn.
    figures: dict[str, Any] = {"rows": options.rows}
    for name, urls in _pages(site).items():
        figures[name] = harness.spans_ms(_times(urls, options.times))
        harness.tell(name, figures[name])
    harness.report_figures(f"admin, {options.rows:,} jobs", figures)


def _pages(site: Site) -> dict[str, list[str]]:
    """Of several addresses each time the next."""
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
    others = {
        name: reverse(f"admin:{name}_changelist")
        for name in ("locks_joblock", "workers_worker", "jobs_cron", "jobs_auditevent")
    }
    audit = others["jobs_auditevent"]
    single = {
        "overview": reverse("admin:index"),
        **parts,
        **lists,
        # Counts up to the cap.
        "jobs_all": f"{jobs}all/retry/?status__exact=errored",
        **others,
        "jobs_auditevent_verb": f"{audit}?verb=cancel",
        "job_log_of_10000": reverse("admin:jobs_job_change", args=[site.base + 25]),
    }
    each = [reverse("admin:jobs_job_change", args=[job.pk]) for job in site.sample(40)]
    return {**{name: [url] for name, url in single.items()}, "job": each}


@override_settings(ALLOWED_HOSTS=["testserver"])
def _times(urls: list[str], times: int) -> list[float]:
    """Each time as the first who looks: what is shared among readers for some seconds is forgotten."""
    user, _ = User.objects.get_or_create(username="bench", defaults={"is_staff": True, "is_superuser": True})
    client = Client()
    client.force_login(user)
    return [_seconds(client, url) for url in islice(cycle(urls), times + 3)][3:]


def _seconds(client: Client, url: str) -> float:
    cache.clear()
    began = time.perf_counter()
    answer = client.get(url)
    if answer.status_code != 200:
        raise RuntimeError(f"{url}: {answer.status_code}")
    return time.perf_counter() - began
