"""Workers, slots and jobs for the machine of all verbs, and the check after each of its steps."""

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from jobs.engine.actor import Actor, engine_actor
from jobs.engine.claim import claim
from jobs.engine.classes import class_for
from jobs.engine.enqueue import enqueue
from jobs.engine.errors import JobEnded, JobNotEnded, LockHeld, NoSuchLock, WorkerNotFit
from jobs.engine.session import Session
from jobs.engine.slot import Claimed, Slot
from jobs.engine.submission import Submission
from jobs.models import Job
from tests.engine.invariants import Snapshot, check
from workers.presence import Identity, register, stable_hex_id

ADA = Actor(dialect="cli", user="ada")
ENGINE = engine_actor("test")
NEEDS: list[dict[str, int]] = [{"scan": 1}, {"scan": 2}, {"check": 1}, {"scan": 1, "check": 1}]
CAPACITIES: list[dict[str, int]] = [{"scan": 2, "check": 1}, {"scan": 2}]
CUTS: list[dict[str, int] | None] = [None, {"scan": 1}, {"scan": 3, "check": 2}]
SLOTS = 3
EMPTY = """DELETE FROM jobs_hold; DELETE FROM jobs_pause; DELETE FROM locks_joblock; DELETE FROM jobs_joblog;
DELETE FROM jobs_job; DELETE FROM locks_lockname; DELETE FROM workers_worker"""
# What a person is told when it can not be done.
REFUSALS = (JobEnded, JobNotEnded, LockHeld, NoSuchLock, WorkerNotFit)

some = st.integers(min_value=0, max_value=11)
locks = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["exclusive", "shared"]), max_size=2)


class Stage(RuleBasedStateMachine):
    """Two workers with three slots each. A slot that dies or is cut off may still bring its result: a zombie."""

    # One connection: the steps come one after the other, and between two no transaction is open.
    session = Session()

    @initialize(first=st.lists(locks, min_size=4, max_size=8))
    def begin(self, first: list[dict[str, str]]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(EMPTY)
        for needs in NEEDS:
            class_for(needs)
        self.number = 0
        self.zombies: list[tuple[Slot, Claimed]] = []
        self.running: dict[str, Claimed] = {}
        self.workers = [self._boot(number) for number in range(2)]
        self.slots = [self._slot(worker) for worker in self.workers for _ in range(SLOTS)]
        for number, wanted in enumerate(first):
            enqueue(self._submission(number, wanted, retries=1, later=False, priority=0), by=ADA)
        self.all_idle_slots_claim()
        self.seen = Snapshot.taken(after_event=0)
        self._expect()

    def _expect(self, verb: str | None = None, *, makes_jobs: bool = False) -> None:
        """What the check after this step has to know of it."""
        self.verb, self.makes_jobs = verb, makes_jobs

    def _boot(self, number: int) -> Identity:
        name = f"w{number}"
        return register(
            name=name,
            hex_id=stable_hex_id(name),
            capacity=CAPACITIES[number],
            slots=SLOTS,
            lease=settings.LEASE,
            version="test",
        )

    def _slot(self, worker: Identity) -> Slot:
        self.number += 1
        name = f"{worker.boot_id}:{self.number}"
        return Slot(worker_id=worker.worker_id, boot_id=worker.boot_id, name=name, session=self.session)

    def _job(self, number: int) -> Job | None:
        """Those that run come first: most can happen to them."""
        jobs = list(Job.objects.order_by("-occupies", "-pk")[:12])
        return jobs[number % len(jobs)] if jobs else None

    def _submission(self, needs: int, wanted: dict[str, str], retries: int, later: bool, priority: int) -> Submission:  # noqa: FBT001
        return Submission(
            action=["noop", "sleep"][needs % 2],
            parameters={} if needs % 2 == 0 else {"seconds": 1},
            capacity_map=NEEDS[needs % len(NEEDS)],
            locks=[{"name": name, "mode": mode} for name, mode in wanted.items()],
            retries=retries,
            priority=priority,
            scheduled_at=timezone.now() + timedelta(hours=1) if later else None,
        )

    @rule(number=some)
    def claim(self, number: int) -> None:
        slot = self.slots[number % len(self.slots)]
        if slot.name not in self.running and (found := claim(slot).job):
            self.running[slot.name] = found
        self._expect()

    @rule()
    def all_idle_slots_claim(self) -> None:
        for number in range(len(self.slots)):
            self.claim(number)

    def _busy(self, number: int) -> tuple[int, Slot, Claimed]:
        busy = [(index, slot) for index, slot in enumerate(self.slots) if slot.name in self.running]
        index, slot = busy[number % len(busy)]
        return index, slot, self.running[slot.name]

    def _start_anew(self, number: int) -> None:
        mine = range(number * SLOTS, number * SLOTS + SLOTS)
        cut_off = [self.slots[index] for index in mine if self.slots[index].name in self.running]
        self.zombies += [(slot, self.running.pop(slot.name)) for slot in cut_off]
        self.workers[number] = self._boot(number)
        for index in mine:
            self.slots[index] = self._slot(self.workers[number])

    @invariant()
    def all_that_must_hold_does(self) -> None:
        after = Snapshot.taken(after_event=self.seen.last_event)
        check(self.seen, after, makes_jobs=self.makes_jobs, verb=self.verb)
        self.seen = after
