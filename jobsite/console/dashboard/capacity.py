"""Capacity by type over all workers whose lease holds: what runs takes, what is free."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count
from django.utils.safestring import SafeString

from jobs.models import Job
from jobsite.console.draw.picture import Words
from jobsite.console.draw.share_bar import Part, share_bar
from workers.models import CapacityClass, Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeUse:
    """`used` may be more than `total`: after a cut of the capacity, until what runs has ended."""

    name: str
    used: int
    total: int
    picture: SafeString

    @property
    def free(self) -> int:
        return max(0, self.total - self.used)


def capacity_use() -> list[TypeUse]:
    """The fullest type first. What runs is bounded by the slots of the workers."""
    workers = list(Worker.objects.alive())
    total = Counter[str]()
    for worker in workers:
        total.update(worker.total)
    used = _used([worker.pk for worker in workers])
    uses = [_use(name, used[name], total[name]) for name in total | used]
    return sorted(uses, key=lambda use: (-use.used / max(1, use.total), use.name))


def _used(workers: list[int]) -> Counter[str]:
    jobs = Job.objects.occupying().filter(worker__in=workers).order_by()
    running = dict(jobs.values_list("capacity_class").annotate(Count("pk")))
    used = Counter[str]()
    for row in CapacityClass.objects.filter(pk__in=running):
        used.update({name: amount * running[row.pk] for name, amount in row.needs.items()})
    return used


def _use(name: str, used: int, total: int) -> TypeUse:
    tone = "bad" if used > total else "warn" if used == total else "good"
    free = max(0, total - used)
    parts = [
        Part(tone=tone, amount=used, words=f"{used} in use"),
        Part(tone="quiet", amount=free, words=f"{free} free"),
    ]
    words = Words(title=f"Capacity of type {name}", description=f"{used} of {total} units in use, {free} free.")
    return TypeUse(name=name, used=used, total=total, picture=share_bar(parts, words))
