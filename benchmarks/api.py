"""How long each request of both API dialects takes over millions of jobs, and how many a second there are."""

import argparse
import json
import time
from typing import Any

from django.db import connection

from benchmarks import harness
from benchmarks.api_requests import indexed, unindexed
from benchmarks.client import Asked, answers, per_second, warm
from benchmarks.logins import Logins, make_logins
from benchmarks.site import fill
from benchmarks.web import web

_JOB = json.dumps({"action": "bench_noop", "capacityMap": {"noop": 1}})


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bin/bench api", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="rows of jobs (100000)")
    parser.add_argument("--times", type=int, default=40, help="how often each request is made (40)")
    parser.add_argument("--seconds", type=float, default=10, help="how long each rate is measured (10)")
    options = parser.parse_args(argv)
    harness.prepare()
    began = time.monotonic()
    site = fill(options.rows)
    figures: dict[str, Any] = {"rows": options.rows, "filled_s": round(time.monotonic() - began, 1), "gb": _gigabytes()}
    logins = make_logins()
    wanted = indexed(site, logins)
    connection.close()
    with web() as port:
        warm(port, wanted[0])
        for asked in wanted:
            figures[asked.name] = _times(port, asked, options.times)
        for asked in unindexed(logins):
            figures[asked.name] = _times(port, asked, min(options.times, 3))
        figures |= _rates(port, logins, options.seconds)
    harness.report_figures(f"api, {options.rows:,} jobs", figures)


def _times(port: int, asked: Asked, times: int) -> dict[str, float]:
    """`refused`, of what no index serves: how many of the answers were the time limit's."""
    given = answers(port, asked, times)
    times_ms = harness.spans_ms([answer.seconds for answer in given])
    refused = {"refused": sum(answer.status == 400 for answer in given)} if asked.may_be_refused else {}
    harness.tell(asked.name, times_ms | refused)
    return times_ms | refused


def _rates(port: int, logins: Logins, seconds: float) -> dict[str, float]:
    """The bare view's in the same minute: machines are not the same for long."""
    headers = {**logins.bearer, "Content-Type": "application/json"}
    submit = Asked(name="post", paths=("/api/v0/jobs",), headers=headers, method="POST", body=_JOB)
    bare_submit = Asked(name="bare_post", paths=("/bare",), headers=headers, method="POST", body=_JOB)
    measured = {
        "get": Asked(name="get", paths=("/api/v0/jobs?limit=50",), headers=headers),
        "bare_get": Asked(name="bare_get", paths=("/bare",), headers=headers),
        "post": submit,
        "bare_post": bare_submit,
    }
    rates = {f"{name}_per_s": round(per_second(port, asked, seconds=seconds), 1) for name, asked in measured.items()}
    ratios = {
        f"{name}_ratio": round(rates[f"{name}_per_s"] / rates[f"bare_{name}_per_s"], 3) for name in ("get", "post")
    }
    return rates | ratios


def _gigabytes() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database()) / 1e9")
        return round(float(cursor.fetchone()[0]), 2)
