"""The verdict: figures, one table, and the counterexamples in full."""

from collections import Counter
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.chaos.checker import RULES
from benchmarks.chaos.evidence import Evidence, Violation
from benchmarks.chaos.figures import percentile, recoveries, rescue_seconds
from benchmarks.chaos.stuck import stuck

# Counterexamples of one rule that are printed.
SHOWN = 3
SERVICES = {"broker_restart", "broker_down", "broker_wipe", "postgres_restart"}


def violations(seen: Evidence) -> list[Violation]:
    """Of every rule."""
    disturbed = [(fault.at, fault.back_at or fault.at) for fault in seen.faults if fault.fault in SERVICES]
    return [found for rule in RULES for found in rule(seen)] + list(stuck(seen.samples, disturbed))


def figures(seen: Evidence, found: list[Violation]) -> dict[str, Any]:
    """The keys are a contract: tests and README read them."""
    counts = Counter(violation.rule for violation in found)
    kills, children = rescue_seconds(seen, "worker_kill"), rescue_seconds(seen, "child_kill")
    ratios = [(struck.fault, round(ratio, 3)) for struck, ratio in recoveries(seen)]
    return {
        "accepted": sum(asked.what == "submit" and asked.status == 202 for asked in seen.asked),
        "refused": sum(asked.what == "submit" and asked.status != 202 for asked in seen.asked),
        "runs": len({line.run for line in seen.lines}),
        **{rule: counts[rule] for rule in ("lost", "double", "over_capacity", "lock_overlap", "fence", "stuck")},
        "outlived": counts["outlived"],
        "late_results_refused": sum(row.refused for row in seen.rows),
        "rescues": len(kills),
        "rescue_p99_s": _rounded(percentile(kills, 0.99)),
        "child_rescues": len(children),
        "child_rescue_p99_s": _rounded(percentile(children, 0.99)),
        "recovery_ratio": min((ratio for _, ratio in ratios), default=None),
        "recoveries": " ".join(f"{fault}={ratio}" for fault, ratio in ratios),
        "samples": len(seen.samples),
        "faults": dict(sorted(Counter(fault.fault for fault in seen.faults).items())),
        "statuses": dict(sorted(Counter(row.status for row in seen.rows).items())),
    }


def show(title: str, told: dict[str, Any], found: list[Violation]) -> None:
    """The table, then what broke a rule."""
    table = Table(title=title, show_header=False)
    for name, value in told.items():
        words = ", ".join(f"{key} {count}" for key, count in value.items()) if isinstance(value, dict) else str(value)
        table.add_row(name, "-" if value is None else words)
    Console().print(table)
    shown = Counter[str]()
    for violation in found:
        shown[violation.rule] += 1
        if shown[violation.rule] <= SHOWN:
            print(violation)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
