"""All verbs of the engine in any order, by people, slots, processes that die and time, as hypothesis chooses."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from jobs.engine.cancel import cancel
from jobs.engine.clear import clear
from jobs.engine.delete import delete
from jobs.engine.drain import drain, undrain
from jobs.engine.enqueue import enqueue, enqueue_many
from jobs.engine.finish import Outcome, finish
from jobs.engine.free import free
from jobs.engine.lines import sweep, wake_lines
from jobs.engine.look import look
from jobs.engine.pause import pause
from jobs.engine.put_back import put_back
from jobs.engine.refuse import refuse
from jobs.engine.rescue import end_slots, rescue
from jobs.engine.resume import resume
from jobs.engine.retry import retry
from jobs.engine.rows import django_rows
from jobs.engine.set_aside import set_aside
from jobs.engine.set_capacity import set_capacity
from jobs.engine.slot import Slot
from jobs.engine.stop import mark
from jobs.models import Job, Pause
from jobs.runner.keeper import keep
from jobs.states import Status
from tests.engine.invariants import Snapshot, check_lines
from tests.engine.machine_stage import ADA, CUTS, ENGINE, REFUSALS, SLOTS, Stage, locks, some
from workers.models import Worker
from workers.presence import stable_hex_id


class Engine(Stage):
    """All that people, slots, main processes and time do."""

    # What clients ask for.

    @rule(needs=some, wanted=locks, retries=st.integers(0, 2), later=st.booleans(), priority=st.integers(-1, 1))
    def enqueue(self, **wanted: Any) -> None:
        enqueue(self._submission(**wanted), by=ADA)
        self._expect("enqueue", makes_jobs=True)

    @rule(needs=some, wanted=locks, priority=st.integers(-1, 1))
    def enqueue_many(self, **wanted: Any) -> None:
        enqueue_many([self._submission(**wanted, retries=1, later=False)] * 3, by=ADA)
        self._expect("enqueue", makes_jobs=True)

    @rule(number=some, force=st.booleans())
    def cancel(self, number: int, *, force: bool) -> None:
        self._to_job("cancel", number, lambda job: cancel(job.uuid, by=ADA, force=force))

    @rule(number=some)
    def delete(self, number: int) -> None:
        self._to_job("delete", number, lambda job: delete(job.uuid, by=ADA))

    @rule(number=some)
    def retry(self, number: int) -> None:
        self._to_job("retry", number, lambda job: retry(job.uuid, by=ADA))
        self._expect("retry", makes_jobs=True)

    def _to_job(self, verb: str, number: int, act: Callable[[Job], object]) -> None:
        self._expect(verb)
        if job := self._job(number):
            with suppress(*REFUSALS):
                act(job)

    @rule(action=st.sampled_from(["noop", "sleep"]), again=st.booleans())
    def pause_or_resume_an_action(self, action: str, *, again: bool) -> None:
        (resume if again else pause)(Pause.Kind.ACTION, action, by=ADA)
        self._expect()

    @rule(name=st.sampled_from(["scan", "check"]), again=st.booleans())
    def pause_or_resume_a_class(self, name: str, *, again: bool) -> None:
        (resume if again else pause)(Pause.Kind.CLASS, name, by=ADA)
        self._expect()

    @rule(name=st.sampled_from("abc"), force=st.booleans())
    def clear(self, name: str, *, force: bool) -> None:
        with suppress(*REFUSALS):
            clear(name, by=ADA, reason="test", force=force)
        # It ends what a dead worker has left, and has the rest killed.
        self._expect("clear_lock")

    @rule(name=st.sampled_from("abc"), again=st.booleans())
    def free(self, name: str, *, again: bool) -> None:
        with suppress(*REFUSALS):
            free(name, by=ADA, reason="test", retry=again)
        self._expect("free_lock")

    @rule(number=st.integers(0, 1), back=st.booleans())
    def drain_or_undrain(self, number: int, *, back: bool) -> None:
        with suppress(*REFUSALS):
            (undrain if back else drain)(stable_hex_id(f"w{number}"), by=ADA)
        self._expect()

    @rule(number=st.integers(0, 1), units=st.sampled_from(CUTS))
    def set_capacity(self, number: int, units: dict[str, int] | None) -> None:
        set_capacity(stable_hex_id(f"w{number}"), units, by=ADA)
        self._expect()

    # What slots do.

    @precondition(lambda self: self.running)
    @rule(number=some, status=st.sampled_from([Status.DONE, Status.DONE, Status.ERRORED]), take_next=st.booleans())
    def finish(self, number: int, status: Status, *, take_next: bool) -> None:
        self._expect()
        index, slot, job = self._busy(number)
        handed = finish(slot, job, Outcome(status=status), take_next=take_next)
        del self.running[slot.name]
        if not handed.accepted:
            self.all_that_must_hold_does()
        if not handed.accepted and not refuse(slot, job):
            end_slots([slot.name], status=Status.CANCELED, why="its slot has stopped", by=ENGINE)
        if handed.marked or not handed.accepted:
            assert handed.job is None
            self.slots[index] = self._slot(self.workers[index // SLOTS])
        if handed.job is not None:
            self.running[slot.name] = handed.job

    @precondition(lambda self: self.running)
    @rule(number=some)
    def put_back(self, number: int) -> None:
        self._expect()
        _, slot, job = self._busy(number)
        if put_back(slot, job):
            del self.running[slot.name]

    @precondition(lambda self: self.running)
    @rule(number=some)
    def mark_to_stop(self, number: int) -> None:
        self._expect()
        _, slot, job = self._busy(number)
        mark(job.id, slot_name=slot.name, why="its deadline was over", by=ENGINE)

    @precondition(lambda self: self.running)
    @rule(number=some)
    def a_process_is_lost(self, number: int) -> None:
        """Its worker takes it for dead, and it is not: it will bring its result."""
        self._expect()
        index, slot, job = self._busy(number)
        end_slots([slot.name], status=Status.WORKER_DEAD, why="its process died", by=ENGINE)
        del self.running[slot.name]
        self.zombies.append((slot, job))
        self.slots[index] = self._slot(self.workers[index // SLOTS])

    @precondition(lambda self: self.zombies)
    @rule(number=some)
    def a_zombie_brings_its_result(self, number: int) -> None:
        self._expect()
        slot, job = self.zombies.pop(number % len(self.zombies))
        ended = not Job.objects.filter(pk=job.id, occupies=True).exists()
        handed = finish(slot, job, Outcome(status=Status.DONE))
        if ended:
            assert not handed.accepted
            refuse(slot, job)
        assert handed.job is None, "its worker is another, or its row was ended"

    # What main processes and beats do, and time.

    @rule(number=st.integers(0, 1))
    def a_main_process_looks(self, number: int) -> None:
        worker = self.workers[number]
        known = Slot(worker_id=worker.worker_id, boot_id=worker.boot_id, name="", session=self.session)
        classes = [one.id for one in known.classes()]
        seen = look(
            self.session, worker_id=worker.worker_id, boot_id=worker.boot_id, lease=settings.LEASE, classes=classes
        )
        if seen.state is not None:
            keep(known, seen)
            wake_lines(seen.due_lines)
        self._expect()

    @rule()
    def sweep(self) -> None:
        set_aside(django_rows, seconds=9)
        sweep()
        self._expect()
        check_lines(Snapshot.taken(after_event=self.seen.last_event))

    @rule()
    def rescue(self) -> None:
        rescue(by=ENGINE)
        self._expect()

    @rule(number=some)
    def its_time_has_come(self, number: int) -> None:
        """For a job that is scheduled; the next look sees that."""
        waiting = Job.objects.filter(due_at__isnull=False).order_by("pk")
        if job := waiting[number % 3 :].first() or waiting.first():
            Job.objects.filter(pk=job.pk).update(scheduled_at=timezone.now() - timedelta(seconds=1))
        self._expect()

    @rule(number=st.integers(0, 1))
    def a_lease_ends(self, number: int) -> None:
        Worker.objects.filter(name=f"w{number}").update(lease_until=timezone.now() - timedelta(seconds=1))
        self._expect()

    @rule(number=st.integers(0, 1))
    def a_worker_starts_anew(self, number: int) -> None:
        """Its slots of before may be at their jobs still."""
        Worker.objects.filter(name=f"w{number}").update(lease_until=timezone.now() - timedelta(seconds=1))
        self._start_anew(number)
        self._expect()

    def teardown(self) -> None:
        """Nothing waits for ever: with all obstacles gone, everything ends."""
        if not hasattr(self, "slots"):
            return
        self._take_all_obstacles_away()
        for _ in range(4 * Job.objects.count() + 20):
            Job.objects.filter(due_at__isnull=False).update(scheduled_at=timezone.now() - timedelta(seconds=1))
            for number in range(2):
                self.a_main_process_looks(number)
            self.sweep()
            for number in range(len(self.slots)):
                self.claim(number)
                self.all_that_must_hold_does()
            while self.running:
                self.finish(0, Status.DONE, take_next=True)
                self.all_that_must_hold_does()
            if not Job.objects.filter(ended_at=None).exists():
                return
        raise AssertionError(f"these wait for ever: {list(Job.objects.filter(ended_at=None).values())}")

    def _take_all_obstacles_away(self) -> None:
        Pause.objects.all().delete()
        for number in range(2):
            set_capacity(stable_hex_id(f"w{number}"), None, by=ADA)
            Worker.objects.filter(name=f"w{number}").update(lease_until=timezone.now() - timedelta(seconds=1))
            self._start_anew(number)
        rescue(by=ENGINE)
        self.seen = Snapshot.taken(after_event=self.seen.last_event)
