"""What a worker's main process does about its hold at each look."""

from django.conf import settings

from jobs.engine.hold import place, release
from jobs.engine.look import Look
from jobs.engine.slot import Slot
from jobs.holds import Here, choose, giving_way
from workers import capacity


def keep(known: Slot, seen: Look) -> None:
    """Keep capacity free for the job that others would pass for ever; end a hold that has lost its reason."""
    if not seen.contenders and seen.held is None:
        return
    here = _here(known, seen)
    held = seen.held.contender if seen.held else None
    after = settings.HOLD_AFTER.total_seconds()
    chosen = choose(seen.contenders, held=held, here=here, after=after) if seen.state == "running" else None
    if chosen is None:
        if seen.held:
            release(known.session, worker_id=known.worker_id, job=seen.held.job)
        return
    classes = giving_way(chosen, [one.id for one in known.classes()], here)
    if seen.held is None or (seen.held.job, seen.held.giving_way) != (chosen.job, classes):
        place(known.session, worker_id=known.worker_id, boot_id=known.boot_id, job=chosen.job, giving_way=classes)


def _here(known: Slot, seen: Look) -> Here:
    total = capacity.total(seen.capacity, slots=seen.slots)
    return Here(
        total=total,
        free=capacity.free(total, [(known.needs(class_id), jobs) for class_id, jobs in seen.used.items()]),
        slot_free=len(seen.busy_slots) < seen.slots,
        newest=seen.newest,
        needs=known.needs,
    )
