"""The benchmarks over a full site tell their figures, however few its rows. How fast it is, is not asserted here."""

import json

import pytest
from django.contrib.auth.models import User

from benchmarks.site import fill
from jobs.models import Job
from tests.bench.test_bench import bench

pytestmark = pytest.mark.slow
RATES = {f"{name}_{unit}" for name in ("get", "post") for unit in ("per_s", "ratio")}


def test_each_request_of_the_api_is_measured() -> None:
    done = bench("api", "--rows", "2000", "--times", "1", "--seconds", "0.5")
    assert done.returncode == 0, done.stderr[-2000:]
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["rows"] == 2000
    assert all(figures[rate] > 0 for rate in RATES)
    requests = {name: figure for name, figure in figures.items() if isinstance(figure, dict)}
    assert {"v0_jobs_first", "v0_jobs_page_10000", "v1_jobs_first", "v0_job", "v0_logs", "v0_waiting"} <= set(requests)
    assert {"login_basic_password", "login_basic_token", "login_bearer", "login_session"} <= set(requests)
    assert all(0 < figure["p50_ms"] <= figure["p95_ms"] for figure in requests.values())


def test_each_page_of_the_admin_is_measured() -> None:
    done = bench("admin", "--rows", "2000", "--times", "1")
    assert done.returncode == 0, done.stderr[-2000:]
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures.pop("rows") == 2000
    assert {"overview", "overview_past", "jobs", "job", "job_log_of_10000", "locks_joblock"} <= set(figures)
    assert all(0 < figure["p50_ms"] <= figure["p95_ms"] for figure in figures.values())


def test_a_database_that_is_in_use_is_not_filled(db: None) -> None:
    User.objects.create(username="ann")
    with pytest.raises(SystemExit, match="name an empty one in DATABASE_URL"):
        fill(1000)
    assert not Job.objects.exists()


def test_the_site_that_another_benchmark_left_is_used_again(transactional_db: None) -> None:
    made = fill(1000)
    assert fill(1000) == made
    assert Job.objects.count() == 1000
