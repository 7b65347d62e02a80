"""What the nemesis will do and when, and what the client will ask for: both from the seed alone."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Fault(StrEnum):
    """The words are the ones of the table in docs/chaos.md."""

    WORKER_KILL = "worker_kill"
    CHILD_KILL = "child_kill"
    BEAT_KILL = "beat_kill"
    WORKER_FREEZE = "worker_freeze"
    NETWORK_CUT = "network_cut"
    CLOCK_SKEW = "clock_skew"
    BACKEND_KILL = "backend_kill"
    BROKER_RESTART = "broker_restart"
    BROKER_DOWN = "broker_down"
    BROKER_WIPE = "broker_wipe"
    POSTGRES_RESTART = "postgres_restart"
    # No fault: the plan waits here until the stage is whole, so that a rate is measured on a whole one.
    CALM = "calm"


# A storm, then calm, and in its midst a fault after which the rate is measured: one round.
LEAD_SECONDS, STORM_SECONDS, CALM_SECONDS = 6.0, 17.0, 24.0
# From the calm on, the few jobs that are still left end before the rate is taken.
MEASURED_AFTER, LEFT_SECONDS, WINDOW_SECONDS = 12.5, 2.0, 10.0
MEASURED = (Fault.BROKER_WIPE, Fault.POSTGRES_RESTART)
# What takes longer than a lease comes once in a storm, at its beginning, beside the others.
LONG = (Fault.WORKER_FREEZE, Fault.NETWORK_CUT)
# How often each of the others comes.
WEIGHTS = {
    Fault.CHILD_KILL: 4,
    Fault.BEAT_KILL: 2,
    Fault.BACKEND_KILL: 5,
    Fault.BROKER_RESTART: 1,
    Fault.BROKER_DOWN: 2,
}
# A worker is away until the lease of the one before it has ended: early in the storm, so that calm finds it back.
DEADLY = {Fault.WORKER_KILL: 3, Fault.CLOCK_SKEW: 6}
DEADLY_SECONDS = 6.0
EVERY_SECONDS = 1.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One fault. `draw` chooses among what is there at that moment; `lasts` is for those that take a while."""

    at: float
    fault: Fault
    draw: float
    lasts: float = 0.0


def steps(seed: int, *, seconds: float, lease: float, without: frozenset[Fault] = frozenset()) -> list[Step]:
    """The whole plan, round by round."""
    chance = random.Random(seed)  # noqa: S311 - a plan, no secret
    made: list[Step] = []
    for number in range(int(seconds / (STORM_SECONDS + CALM_SECONDS)) + 1):
        begin = LEAD_SECONDS + number * (STORM_SECONDS + CALM_SECONDS)
        made += _storm(chance, begin, lease=lease, long=LONG[number % len(LONG)])
        calm = begin + STORM_SECONDS + MEASURED_AFTER
        made.append(Step(at=calm - WINDOW_SECONDS - LEFT_SECONDS, fault=Fault.CALM, draw=0.0))
        made.append(Step(at=calm, fault=MEASURED[number % len(MEASURED)], draw=chance.random()))
    return [step for step in sorted(made, key=lambda step: step.at) if step.at < seconds and step.fault not in without]


def _storm(chance: random.Random, begin: float, *, lease: float, long: Fault) -> list[Step]:
    made = [
        Step(at=begin + 0.5, fault=long, draw=chance.random(), lasts=lease + chance.uniform(1.5, 3.0)),
        # In every storm, whatever is drawn: rescue times are measured by it.
        Step(at=begin + 1.5, fault=Fault.WORKER_KILL, draw=chance.random()),
    ]
    at = begin + 1.5
    while (at := at + chance.uniform(0.5, 1.5) * EVERY_SECONDS) < begin + STORM_SECONDS:
        weights = {**WEIGHTS, **DEADLY} if at < begin + DEADLY_SECONDS else WEIGHTS
        [fault] = chance.choices(list(weights), weights=list(weights.values()))
        made.append(Step(at=at, fault=fault, draw=chance.random(), lasts=chance.uniform(1.0, 3.0)))
    return made


LOCKS = ("chaos:a", "chaos:b", "chaos:c")
CAPACITIES: tuple[dict[str, int], ...] = (
    {},
    {"scan": 1},
    {"scan": 1},
    {"scan": 2},
    {"check": 1},
    {"scan": 1, "check": 1},
)


def submissions(seed: int) -> Iterator[dict[str, Any]]:
    """Bodies of POST /jobs, without end."""
    chance = random.Random(seed + 1)  # noqa: S311
    while True:
        yield _submission(chance)


def calm_submission(number: int) -> dict[str, Any]:
    """What a rate is measured with: each as short as the others, none failing, in nobody's way."""
    parameters = {"seconds": 0.2}
    return {"action": "bench_chaos", "parameters": parameters, "capacityMap": CAPACITIES[number % len(CAPACITIES)]}


def _submission(chance: random.Random) -> dict[str, Any]:
    kind = chance.random()
    parameters: dict[str, Any] = {"seconds": round(chance.expovariate(1 / 0.2), 3)}
    body: dict[str, Any] = {
        "action": "bench_chaos",
        "parameters": parameters,
        "capacityMap": chance.choice(CAPACITIES),
        "priority": chance.choice((0, 0, 0, 5, -5)),
        "retries": chance.choice((0, 2, 3)),
        "stopTimeout": "2s",
    }
    if kind < 0.05:
        parameters["seconds"] = round(chance.uniform(3.0, 8.0), 1)
    elif kind < 0.065:
        # Longer than a lease: what a worker runs that was frozen or cut off, and others have run since.
        parameters["seconds"] = round(chance.uniform(25.0, 35.0), 1)
    elif kind < 0.095:
        parameters["fails"] = True
    elif kind < 0.115:
        parameters["seconds"], body["deadline"] = 20.0, "1s"
    elif kind < 0.125:
        parameters.update(seconds=20.0, deaf=True)
        body["deadline"], body["stopTimeout"] = "1s", "1s"
    if chance.random() < 0.25:
        names = chance.sample(LOCKS, chance.choice((1, 1, 2)))
        body["locks"] = [{"name": name, "mode": chance.choice(("exclusive", "shared"))} for name in names]
    return body
