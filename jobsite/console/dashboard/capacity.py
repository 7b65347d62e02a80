"""Capacity by type over all workers whose lease holds: what runs takes, what is free."""

from collections import Counter
from dataclasses import dataclass

from django.utils.safestring import SafeString

from jobsite.console.draw.picture import Words
from jobsite.console.draw.share_bar import Part, share_bar
from jobsite.console.workers.use import use_of
from workers.models import Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteUse:
    """`used` may be more than `total`: after a cut of the capacity, until what runs has ended."""

    name: str
    used: int
    total: int
    picture: SafeString

    @property
    def free(self) -> int:
        return max(0, self.total - self.used)


def capacity_use() -> list[SiteUse]:
    """The fullest type first."""
    total, used = Counter[str](), Counter[str]()
    for types in use_of(Worker.objects.alive()).values():
        total.update({one.name: one.total for one in types})
        used.update({one.name: one.used for one in types})
    uses = [_use(name, used[name], total[name]) for name in total]
    return sorted(uses, key=lambda use: (-use.used / max(1, use.total), use.name))


def _use(name: str, used: int, total: int) -> SiteUse:
    tone = "bad" if used > total else "warn" if used == total else "good"
    free = max(0, total - used)
    parts = [
        Part(tone=tone, amount=used, words=f"{used} in use"),
        Part(tone="quiet", amount=free, words=f"{free} free"),
    ]
    words = Words(title=f"Capacity of type {name}", description=f"{used} of {total} units in use, {free} free.")
    return SiteUse(name=name, used=used, total=total, picture=share_bar(parts, words))
