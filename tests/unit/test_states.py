"""The table of states, held to what the design says of it."""

import pytest

from jobs.states import FINAL, OCCUPYING, RETRIED, TRANSITIONS, Status


def _reachable_from(start: Status) -> set[Status]:
    seen, open_ = {start}, [start]
    while open_:
        for status in TRANSITIONS[open_.pop()]:
            if status not in seen:
                seen.add(status)
                open_.append(status)
    return seen


def test_the_table_names_every_status() -> None:
    assert set(TRANSITIONS) == set(Status)


@pytest.mark.parametrize("status", FINAL)
def test_no_job_leaves_a_final_state(status: Status) -> None:
    assert TRANSITIONS[status] == ()


def test_a_waiting_job_can_reach_every_status() -> None:
    assert _reachable_from(Status.WAITING) == set(Status)


@pytest.mark.parametrize("status", sorted({*Status} - {*FINAL, Status.DELETED}))
def test_from_every_status_that_is_not_final_there_is_a_way_to_an_end(status: Status) -> None:
    assert _reachable_from(status) & set(FINAL)


def test_a_job_is_waiting_or_occupies_or_has_ended() -> None:
    parts = [{Status.WAITING}, set(OCCUPYING), set(FINAL)]
    assert set.union(*parts) == set(Status)
    assert sum(map(len, parts)) == len(Status)


def test_a_cancel_request_is_never_forgotten() -> None:
    """However the job ends after the request, and though its worker dies: it is canceled."""
    assert set(TRANSITIONS[Status.CANCEL_REQUEST]) == {Status.CANCELED, Status.DELETED}


def test_only_ends_that_nobody_asked_for_are_tried_again() -> None:
    assert set(FINAL) - set(RETRIED) == {Status.DONE, Status.CANCELED}


def test_a_job_that_never_ran_can_not_have_ended_otherwise_than_canceled() -> None:
    assert set(TRANSITIONS[Status.WAITING]) & set(FINAL) == {Status.CANCELED}
