"""A slot whose connection breaks at the worst moment: its jobs run once, and none stays behind."""

from typing import Any

import psycopg2
import pytest

from jobs.engine.session import Session
from jobs.engine.slot import Slot
from jobs.models import Job
from jobs.runner.loop import serve
from jobs.states import Status
from tests.engine.conftest import Enqueue, NewSlot, NewWorker

pytestmark = pytest.mark.slow


class BreakingSession(Session):
    """Breaks once, at the first statement with that word: before it is sent, or when its answer is on its way."""

    def __init__(self, word: str, *, answered: bool, error: type[psycopg2.Error]) -> None:
        super().__init__()
        self._word, self._answered, self._error = word, answered, error
        self.broken = False

    def rows(self, statement: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        if self.broken or self._word not in statement:
            return super().rows(statement, parameters)
        self.broken = True
        if self._answered:
            super().rows(statement, parameters)
        self.reset()
        raise self._error("server closed the connection unexpectedly")


@pytest.mark.parametrize("error", [psycopg2.OperationalError, psycopg2.DatabaseError, psycopg2.InterfaceError])
@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("word", ["jobsite_hand_over", "jobsite_claim", "COMMIT", "jobsite_ready_classes"])
def test_every_job_runs_once_whenever_the_connection_breaks(  # noqa: PLR0917 - rows of the table, and fixtures
    word: str,
    answered: bool,  # noqa: FBT001 - a row of the table
    error: type[psycopg2.Error],
    submit: Enqueue,
    new_worker: NewWorker,
    new_slot: NewSlot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ran: list[int] = []
    # A hand-over to another class: that is when it asks whom to ring for.
    jobs = [submit({"scan": 2}), submit({"scan": 1}), submit({"scan": 1})]
    slot: Slot = new_slot(new_worker({"scan": 2}))
    slot.session = session = BreakingSession(word, answered=answered, error=error)
    monkeypatch.setattr("jobs.runner.loop._tell", lambda job, *_, **__: ran.append(job.id))
    serve(slot, rung="scan", hops=0)
    assert session.broken
    assert ran == [job.pk for job in jobs]
    assert set(Job.objects.values_list("status", flat=True)) == {Status.DONE}


def test_a_statement_that_is_refused_is_no_lost_connection(
    submit: Enqueue, new_worker: NewWorker, new_slot: NewSlot
) -> None:
    submit({"scan": 1})
    slot = new_slot(new_worker({"scan": 1}))
    slot.session = BreakingSession("jobsite_claim", answered=False, error=psycopg2.ProgrammingError)
    with pytest.raises(psycopg2.ProgrammingError):
        serve(slot, rung="scan", hops=0)
