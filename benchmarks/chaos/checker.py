"""The promises, one function each: evidence in, counterexamples out."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from benchmarks.chaos.evidence import Evidence, Row, Violation
from benchmarks.chaos.ledger import Line
from benchmarks.chaos.runs import TOLERANCE_SECONDS, Run, by_job, frozen_over, holding_until, overlapping, runs

FINAL = frozenset({"done", "errored", "timeout", "canceled", "worker_shutdown", "worker_dead"})
RETRIED = frozenset({"errored", "timeout", "worker_shutdown", "worker_dead"})


def lost(seen: Evidence) -> Iterator[Violation]:
    """An accepted job has come to a final state, and so has each retry that was due to it."""
    rows = by_job(seen.rows)
    for asked in seen.asked:
        if asked.job is not None and asked.what == "submit" and asked.job not in rows:
            yield Violation(rule="lost", text=f"job {asked.job} was accepted at {asked.at:.3f} and has no row")
    for row in seen.rows:
        if row.status not in FINAL:
            yield Violation(rule="lost", text=f"job {row.job} is still {row.status}", lines=_lines(seen, row.job))
        elif row.status in RETRIED and row.retries_left and row.worth_a_retry and row.next is None:
            yield Violation(rule="lost", text=f"job {row.job} ended {row.status}: {row.retries_left} retries not made")


def double(seen: Evidence) -> Iterator[Violation]:
    """A row runs once; one result of a chain is accepted, and only from a run that came to its end; ends stand."""
    rows, all_runs = by_job(seen.rows), runs(seen.lines)
    for job, count in Counter(run.first.job for run in all_runs).items():
        if count > 1:
            yield Violation(rule="double", text=f"job {job} was run {count} times", lines=_lines(seen, job))
    ended = {run.first.run for run in all_runs if run.ended}
    for row in seen.rows:
        if row.run is not None and row.run not in ended:
            yield Violation(rule="double", text=f"job {row.job} has the result of a run that has not ended: {row.run}")
    yield from _two_of_a_chain(seen)
    for sample in seen.samples:
        for first in sample.ended:
            now = rows.get(first["job"])
            if now is not None and now.status != first["status"]:
                text = f"job {now.job} was {first['status']} at {sample.at:.3f} and is {now.status} at the end"
                yield Violation(rule="double", text=text, lines=_lines(seen, now.job))


def _two_of_a_chain(seen: Evidence) -> Iterator[Violation]:
    chains: dict[str, list[Row]] = {}
    for row in seen.rows:
        chains.setdefault(row.original or row.job, []).append(row)
    for original, attempts in chains.items():
        done = [row.job for row in attempts if row.status == "done"]
        if len(done) > 1:
            text = f"two attempts of {original} have a result that stands: {', '.join(done)}"
            yield Violation(rule="double", text=text, lines=[line for job in done for line in _lines(seen, job)])
        for left, count in Counter(row.retries_left for row in attempts).items():
            if count > 1:
                yield Violation(rule="double", text=f"{count} attempts of {original} have {left} retries left")


def over_capacity(seen: Evidence) -> Iterator[Violation]:
    """By the ledger: what acts on a worker at one moment never needs more than the worker has, nor more slots."""
    rows = by_job(seen.rows)
    for worker, total in seen.totals.items():
        here = [run for run in runs(seen.lines) if run.first.worker == worker]
        for run, others in overlapping((run.start, run.last, run) for run in here):
            together = [run, *others]
            used = Counter[str]()
            for each in together:
                used.update(rows[each.first.job].needs if each.first.job in rows else {})
            over = {name: amount for name, amount in used.items() if amount > total.get(name, 0)}
            if over or len(together) > seen.slots[worker]:
                text = f"{worker} has {dict(total)} and {seen.slots[worker]} slots; at {run.start:.3f}: {dict(used)}"
                yield Violation(rule="over_capacity", text=text, lines=[each.first for each in together])


def over_capacity_in_rows(seen: Evidence) -> Iterator[Violation]:
    """The same by the observer's snapshots."""
    for sample in seen.samples:
        for worker in sample.workers:
            mine = [row for row in sample.occupying if row["worker_id"] == worker["id"]]
            used = Counter[str]()
            for row in mine:
                used.update(row["needs"])
            over = {name: amount for name, amount in used.items() if amount > worker["total"].get(name, 0)}
            if over or len(mine) > worker["slots"]:
                jobs = ", ".join(row["job"] for row in mine)
                text = f"{worker['name']} has {worker['total']}; at {sample.at:.3f} its rows use {dict(used)}: {jobs}"
                yield Violation(rule="over_capacity", text=text)


def lock_overlap(seen: Evidence) -> Iterator[Violation]:
    """By the ledger: nobody acts under a lock while another holds it exclusively."""
    rows = by_job(seen.rows)
    for name in sorted({name for row in seen.rows for name in row.locks}):
        holders = [run for run in runs(seen.lines) if name in _locks(rows, run)]
        spans = [(run.start, holding_until(run, rows.get(run.first.job), seen.faults), run) for run in holders]
        for run, others in overlapping(spans):
            for other in others:
                if "exclusive" in {_locks(rows, run)[name], _locks(rows, other)[name]}:
                    text = f"{name} was held twice at {run.start:.3f}"
                    yield Violation(
                        rule="lock_overlap", text=text, lines=[*other.lines[:1], *other.lines[-1:], *run.lines[:1]]
                    )


def fences(seen: Evidence) -> Iterator[Violation]:
    """Each acquisition of a name has a fence of its own, above all that it must have come after.

    Those are the holders that had ended, and of two that exclude each other the one that started first: also where that
    one acts on since it was frozen meanwhile. Two that share may have started in another order than they acquired.
    """
    rows = by_job(seen.rows)
    found: dict[str, list[Run]] = {}
    for run in runs(seen.lines):
        for name in run.first.fences:
            found.setdefault(name, []).append(run)
    for name, holders in found.items():
        for number, run in enumerate(holders):
            mode = _locks(rows, run).get(name, "exclusive")
            for other in holders[:number]:
                excludes = "exclusive" in {mode, _locks(rows, other).get(name, "exclusive")}
                mine, before = run.first.fences[name], other.first.fences[name]
                if mine == before or (mine < before and (excludes or other.last < run.start)):
                    text = f"{name}: fence {mine} was given after {before}"
                    yield Violation(rule="fence", text=text, lines=[other.first, run.first])


def outlived(seen: Evidence) -> Iterator[Violation]:
    """A run stops acting when its row is ended by another, unless its process was frozen at that moment."""
    rows = by_job(seen.rows)
    for run in runs(seen.lines):
        row = rows.get(run.first.job)
        if row is None or row.ended_at is None or row.run == run.first.run:
            continue
        late = run.last - row.ended_at
        if late > TOLERANCE_SECONDS and not frozen_over(run, row.ended_at, seen.faults):
            text = f"job {row.job} acted for {late:.1f} s after its row had ended {row.status}"
            yield Violation(rule="outlived", text=text, lines=[run.first, run.lines[-1]])


def _lines(seen: Evidence, job: str) -> list[Line]:
    some = [line for line in seen.lines if line.job == job]
    return some if len(some) < 8 else [*some[:3], *some[-3:]]


def _locks(rows: Mapping[str, Row], run: Run) -> dict[str, str]:
    return dict(rows[run.first.job].locks) if run.first.job in rows else {}


RULES: tuple[Callable[[Evidence], Iterator[Violation]], ...] = (
    lost,
    double,
    over_capacity,
    over_capacity_in_rows,
    lock_overlap,
    fences,
    outlived,
)
