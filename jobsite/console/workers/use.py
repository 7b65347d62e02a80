"""What workers hold, use and keep free now: the numbers of their capacity bars, from the rows that occupy them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count
from django.utils.safestring import SafeString

from jobs.models import Hold, Job
from jobsite.console.draw.picture import Words
from jobsite.console.draw.share_bar import Part, share_bar
from workers.models import CapacityClass, Worker


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeUse:
    """Units of one type. `total` may be below `used` after an operator has cut it."""

    name: str
    used: int
    total: int
    kept: int

    @property
    def words(self) -> str:
        kept = f", {self.kept} kept free" if self.kept else ""
        return f"{self.used} of {self.total} used{kept}"

    @property
    def bar(self) -> SafeString:
        free = max(0, self.total - self.used)
        kept = min(self.kept, free)
        parts = (
            Part(tone="info", amount=self.used, words=f"{self.used} used"),
            Part(tone="warn", amount=kept, words=f"{kept} kept free for a bigger job"),
            Part(tone="quiet", amount=free - kept, words=f"{free - kept} free"),
        )
        return share_bar(parts, Words(title=self.name, description=f"{self.name}: {self.words}"))


def use_of(workers: Iterable[Worker]) -> dict[int, list[TypeUse]]:
    """For each worker its types by name. Three queries, whatever the number of workers."""
    rows = list(workers)
    occupying = Job.objects.occupying().filter(worker__in=rows)
    counts = occupying.values_list("worker", "capacity_class").annotate(jobs=Count("pk"))
    held = list(Hold.objects.filter(worker__in=rows, job__ready=True).values_list("worker", "job__capacity_class"))
    wanted = {class_id for _, class_id, _ in counts} | {class_id for _, class_id in held}
    needs = dict(CapacityClass.objects.filter(pk__in=wanted).values_list("pk", "needs"))
    used: dict[int | None, Counter[str]] = {}
    for worker_id, class_id, jobs in counts:
        for name, amount in needs.get(class_id, {}).items():
            used.setdefault(worker_id, Counter())[name] += amount * jobs
    kept = {worker_id: needs.get(class_id, {}) for worker_id, class_id in held}
    return {row.pk: _types(row, used.get(row.pk, Counter()), kept.get(row.pk, {})) for row in rows}


def _types(worker: Worker, used: Counter[str], kept: dict[str, int]) -> list[TypeUse]:
    total = worker.total
    return [
        TypeUse(name=name, used=used[name], total=total.get(name, 0), kept=kept.get(name, 0))
        for name in sorted({*total, *used})
    ]
