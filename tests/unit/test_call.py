"""A slot that waits for a message is called by a signal, and goes on waiting afterwards."""

import os
import select
import signal
from collections.abc import Iterator

import pytest

from jobs.engine.slot import Slot
from jobs.runner import call, process
from workers.presence import Identity

ME = Identity(worker_id=1, name="w1", hex_id="0" * 12, boot_id="b" * 16)


@pytest.fixture
def slot(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, int, int]]:
    """A process that waits as one of the pool does: its pid, where it says what it does, and where it is written to."""
    said, says = os.pipe()
    waits, message = os.pipe()

    def serve(_slot: Slot, *, rung: str, hops: int) -> int:
        # A call that comes meanwhile is left to the claim at the end of this one.
        call.wake([os.getpid()])
        os.write(says, f"served{rung}{hops} ".encode())
        raise RuntimeError("the database is away")

    monkeypatch.setattr(call, "serve", serve)
    if (pid := os.fork()) == 0:
        process.belongs_to(ME)
        call.listen()
        os.write(says, b"up ")
        os.write(says, os.read(waits, 100))
        os._exit(0)
    assert os.read(said, 100) == b"up "
    yield pid, said, message
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def test_an_idle_slot_answers_each_call_and_still_hears_the_message_that_it_waits_for(
    slot: tuple[int, int, int],
) -> None:
    pid, said, message = slot
    for _ in range(3):
        # It may be at the end of the call before, as a slot may be: whoever looks next calls again.
        while not select.select([said], [], [], 0.05)[0]:
            call.wake([pid])
        assert set(os.read(said, 100).split()) == {b"served0"}
    os.write(message, b"a bell")
    assert os.read(said, 100) == b"a bell"


def test_a_process_that_does_not_listen_yet_is_none_the_worse() -> None:
    if (pid := os.fork()) == 0:
        signal.signal(call.WAKE_SIGNAL, signal.SIG_DFL)
        call.wake([os.getpid()])
        os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
