"""What a running job tells, over a session that can be away."""

import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest

from jobs.actions.lines import MAX_LINE_BYTES
from jobs.engine import sql
from jobs.engine.session import Session
from jobs.runner import reporter as module
from jobs.runner.reporter import BATCH_LINES, MAX_COUNT, JobReporter


class FakeSession(Session):
    """Keeps what it is told. `away` statements fail first, as in an outage."""

    def __init__(self, *, away: int = 0, status: str | None = "running") -> None:
        super().__init__()
        self.away = away
        self.status = status
        self.resets = 0
        self.lines: dict[int, str] = {}
        self.batches: list[int] = []
        self.reports: list[dict[str, Any]] = []
        self.asked = 0
        self.reported = threading.Event()

    def rows(self, statement: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        if self.away:
            self.away -= 1
            raise psycopg2.OperationalError("server closed the connection\n")
        assert (parameters["job"], parameters["slot"]) == (7, "boot:1")
        if statement == sql.ADD_LOG_LINES:
            self.batches.append(len(parameters["lines"]))
            self.lines.update(zip(parameters["numbers"], parameters["lines"], strict=True))
            return []
        if statement == sql.REPORT:
            self.reports.append(parameters)
            self.reported.set()
        self.asked += statement == sql.STATUS_OF_OWN
        return [] if self.status is None else [(self.status,)]

    def reset(self) -> None:
        self.resets += 1

    def text(self) -> list[str]:
        """The log as a reader sees it; line numbers without a gap."""
        assert list(self.lines) == list(range(len(self.lines)))
        return list(self.lines.values())


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    monkeypatch.setattr(module, "FLUSH_SECONDS", 0.001)
    with caplog.at_level(logging.WARNING):
        yield


def reporter_of(session: Session, *, max_lines: int = 100_000) -> JobReporter:
    return JobReporter(job_id=7, slot_name="boot:1", session=session, max_lines=max_lines)


def test_a_silent_job_costs_no_thread_and_no_statement() -> None:
    session = FakeSession(away=1)
    before = threading.active_count()
    reporter = reporter_of(session)
    assert threading.active_count() == before
    told = reporter.close()
    assert told == {"finished": None, "progress_done": None, "progress_total": None, "change_score": None}
    assert session.away == 1


def test_lines_are_numbered_split_and_made_storable() -> None:
    session = FakeSession()
    reporter = reporter_of(session)
    reporter.log("one\ntwo\x00\ud800")
    reporter.log("x" * (MAX_LINE_BYTES + 1))
    reporter.close()
    assert session.text() == ["one", "two\ufffd\ufffd", "x" * MAX_LINE_BYTES, "x"]


def test_a_flood_is_written_in_batches_while_the_action_waits() -> None:
    session = FakeSession()
    reporter = reporter_of(session)
    reporter.log("\n".join(map(str, range(3 * BATCH_LINES + 1))))
    # Written when log() returns, not some time later.
    assert session.text() == [str(number) for number in range(3 * BATCH_LINES + 1)]
    assert max(session.batches) == BATCH_LINES
    reporter.close()


@pytest.mark.parametrize("at_once", [1, 2, 3, 100])
def test_a_log_that_is_too_long_is_cut_with_one_visible_mark(at_once: int) -> None:
    session = FakeSession()
    reporter = reporter_of(session, max_lines=5)
    lines = [f"line {number}" for number in range(20)]
    for start in range(0, len(lines), at_once):
        reporter.log("\n".join(lines[start : start + at_once]))
    reporter.close()
    assert session.text() == [*lines[:5], "[log cut: only the first 5 lines of a job are kept]"]


def test_a_log_of_just_the_allowed_length_has_no_mark() -> None:
    session = FakeSession()
    reporter = reporter_of(session, max_lines=2)
    reporter.log("one\ntwo")
    reporter.close()
    assert session.text() == ["one", "two"]


def test_an_outage_reaches_neither_the_action_nor_the_lines(caplog: pytest.LogCaptureFixture) -> None:
    session = FakeSession(away=5)
    reporter = reporter_of(session)
    reporter.log("one")
    reporter.log("\n".join(["more"] * BATCH_LINES))
    reporter.close()
    assert session.text() == ["one", *["more"] * BATCH_LINES]
    assert session.resets == 5
    assert "report not written" in caplog.messages


def test_an_outage_that_lasts_does_not_hold_the_end_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LAST_LINES_SECONDS", 0.01)
    session = FakeSession(away=10**9)
    reporter = reporter_of(session)
    reporter.log("lost")
    assert not reporter.canceled()
    assert reporter.close()["finished"] is None
    assert session.text() == []


def test_the_first_progress_is_written_at_once_and_the_last_is_handed_over() -> None:
    session = FakeSession()
    reporter = reporter_of(session)
    reporter.finished("eosdist")
    assert session.reported.wait(5)
    reporter.progress(done=1, total=2)
    reporter.finished("eoscore1")
    reporter.change_score(400)
    told = reporter.close()
    assert json.loads(session.reports[0]["finished"]) == ["eosdist"]
    assert len(session.reports) == 1, "the next one is due only in two seconds"
    assert json.loads(told.pop("finished")) == ["eosdist", "eoscore1"]
    assert told == {"progress_done": 1, "progress_total": 2, "change_score": 100}


class Whole:
    """A number of somebody else's, as numpy's are."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __int__(self) -> int:
        return self.value

    def __str__(self) -> str:
        return f"device {self.value}\x00"


def test_what_the_database_does_not_take_never_gets_there() -> None:
    reporter = reporter_of(FakeSession())
    three: Any = Whole(3)
    reporter.progress(done=three, total=10**30)
    reporter.finished(three)
    reporter.change_score(three)
    assert reporter.close() == {
        "finished": '["device 3\\ufffd"]',
        "progress_done": 3,
        "progress_total": MAX_COUNT,
        "change_score": 3,
    }


def test_progress_that_is_no_number_fails_in_the_action_that_says_it() -> None:
    reporter = reporter_of(FakeSession())
    words: Any = "half"
    with pytest.raises(ValueError, match="half"):
        reporter.progress(done=words, total=2)
    assert reporter.close()["progress_done"] is None


def test_a_cancel_is_asked_for_at_most_once_a_second() -> None:
    session = FakeSession()
    reporter = reporter_of(session)
    assert not any(reporter.canceled() for _ in range(100))
    assert session.asked == 1


@pytest.mark.parametrize("status", ["cancel_request", "worker_dead", None])
def test_a_job_that_is_no_longer_this_slots_to_run_is_canceled_for_good(status: str | None) -> None:
    session = FakeSession(status=status)
    reporter = reporter_of(session)
    assert reporter.canceled()
    assert reporter.wait(60), "and a sleep ends at once"
    session.status = "running"
    assert reporter.canceled()


def test_progress_also_brings_word_of_a_cancel() -> None:
    session = FakeSession(status="cancel_request")
    reporter = reporter_of(session)
    reporter.progress(done=1, total=2)
    assert session.reported.wait(5)
    reporter.close()
    assert reporter.canceled()
    assert session.asked == 0


def test_threads_of_one_action_share_one_writer() -> None:
    session = FakeSession()
    reporter = reporter_of(session)
    start = threading.Barrier(8)

    def tell() -> None:
        start.wait()
        reporter.log("here")

    threads = [threading.Thread(target=tell) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(thread.name == "job-reporter" for thread in threading.enumerate()) == 1
    reporter.close()
    assert session.text() == ["here"] * 8
