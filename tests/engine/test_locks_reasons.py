"""Why a job that wants locks has not started."""

from jobs.engine.finish import finish
from jobs.engine.slot import Slot
from jobs.engine.waiting import waiting_reasons
from locks.models import JobLock
from tests.engine.conftest import Want
from tests.engine.locking import DONE, exclusive, run, shared


def test_the_waiting_reason_names_the_holder_and_the_place_in_line(want: Want, slots: list[Slot]) -> None:
    holder = want(exclusive("devices"))
    held = run(slots[0])
    first, second = want(exclusive("devices")), want(shared("devices"))
    since = f"{JobLock.objects.get().acquired_at:%Y-%m-%d %H:%M:%S} UTC"
    for job, ahead in ((first, 0), (second, 1)):
        [reason] = waiting_reasons(job)
        assert (reason.code, reason.by) == ("LOCK_HELD", str(holder.uuid))
        assert reason.text == (
            f"lock devices held by job {holder.uuid} on worker w1 since {since}, {ahead} ahead in line"
        )
    finish(slots[0], held, DONE)
    first.refresh_from_db()
    second.refresh_from_db()
    assert [reason.code for reason in waiting_reasons(first)] == ["READY"]
    [reason] = waiting_reasons(second)
    assert (reason.code, reason.by) == ("LOCK_IN_LINE", str(first.uuid))
    assert "0 ahead" in reason.text


def test_a_ready_job_whose_other_lock_is_held_says_so(want: Want, slots: list[Slot]) -> None:
    holder = want(exclusive("b"))
    run(slots[0])
    both = want(exclusive("a", "b"))
    both.refresh_from_db()
    assert both.ready
    [reason] = waiting_reasons(both)
    assert (reason.code, reason.by) == ("LOCK_HELD", str(holder.uuid))
    assert "in line" not in reason.text
