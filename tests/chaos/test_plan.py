"""The plan and the load come from the seed alone, and leave calm where rates are measured."""

from itertools import islice

from benchmarks.chaos.plan import CAPACITIES, LONG, MEASURED, WINDOW_SECONDS, Fault, calm_submission, steps, submissions


def test_a_seed_is_replayed() -> None:
    assert steps(7, seconds=90, lease=15) == steps(7, seconds=90, lease=15)
    assert steps(7, seconds=90, lease=15) != steps(8, seconds=90, lease=15)
    assert list(islice(submissions(7), 50)) == list(islice(submissions(7), 50))


def test_ninety_seconds_hold_each_kind_that_takes_long_or_is_measured() -> None:
    for seed in range(20):
        found = {step.fault for step in steps(seed, seconds=90, lease=15)}
        assert {*LONG, *MEASURED, Fault.WORKER_KILL} <= found


def test_nothing_else_is_done_around_a_measured_fault() -> None:
    for seed in range(20):
        plan = steps(seed, seconds=400, lease=15)
        for measured in (step for step in plan if step.fault in MEASURED):
            near = [step for step in plan if abs(step.at - measured.at) <= WINDOW_SECONDS]
            assert near == [measured]
            assert plan[plan.index(measured) - 1].fault == Fault.CALM


def test_what_a_machine_has_not_the_means_for_is_left_out() -> None:
    plan = steps(1, seconds=400, lease=15, without=frozenset({Fault.CLOCK_SKEW}))
    assert Fault.CLOCK_SKEW not in {step.fault for step in plan}


def test_the_load_has_what_the_promises_are_about() -> None:
    bodies = list(islice(submissions(1), 2000))
    assert {str(body["capacityMap"]) for body in bodies} >= {"{}", "{'scan': 2}", "{'scan': 1, 'check': 1}"}
    assert any(body.get("deadline") and body["parameters"].get("deaf") for body in bodies)
    assert any(body["parameters"].get("fails") and body["retries"] for body in bodies)
    assert {lock["mode"] for body in bodies for lock in body.get("locks", [])} == {"exclusive", "shared"}


def test_a_rate_is_measured_with_jobs_that_differ_in_nothing_but_what_they_need() -> None:
    bodies = [calm_submission(number) for number in range(len(CAPACITIES))]
    assert [body.pop("capacityMap") for body in bodies] == list(CAPACITIES)
    assert all(body == bodies[0] for body in bodies)
    assert not {"locks", "retries", "deadline"} & set(bodies[0])
