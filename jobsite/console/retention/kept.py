"""What is kept of each kind: the cron that prunes it, and what its settings mean now."""

from dataclasses import dataclass, replace
from typing import Any

from jobs.actions.parameters import validate
from jobs.actions.registry import get_action
from jobs.engine.crons.defaults import DEFAULTS
from jobs.engine.crons.spec import CronSpec, submission_of
from jobs.engine.prune import old_lines
from jobs.engine.prune_limit import prune_limit
from jobs.engine.submission import configured_parameters
from jobs.models import Cron, Job
from jobsite import patience

# The action that prunes, and what it deletes.
KINDS = {"onlinegc_joblogs": "Job logs", "onlinegc_jobs": "Jobs"}
THINGS = {"onlinegc_joblogs": "log lines", "onlinegc_jobs": "jobs"}
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """`cron` is None where somebody took it away; `others` prune the same besides."""

    action: str
    cron: Cron | None
    others: list[Cron]

    @property
    def title(self) -> str:
        return KINDS[self.action]

    def settings(self) -> Any:
        """With the operator's and the code's defaults filled in. Raises InvalidParameters."""
        sent = (self.cron.parameters or {}) if self.cron else {}
        configured = configured_parameters([submission_of(self.cron)]).get(self.action, {}) if self.cron else {}
        return validate(get_action(self.action).parameters, {**configured, **sent})

    def spec(self, *, enabled: bool, parameters: dict[str, Any]) -> CronSpec:
        """The cron with these, and all else as it is; where there is none, as a fresh installation has it."""
        if self.cron is None:
            [spec] = [spec for spec, _ in DEFAULTS if spec.job.action == self.action]
            return replace(spec, enabled=enabled, job=replace(spec.job, parameters=parameters))
        own = ("name", "schedule", "timezone", "misfire", "grace_seconds", "overlap")
        merged = {**(self.cron.parameters or {}), **parameters}
        return CronSpec(
            job=replace(submission_of(self.cron), cron_id=None, parameters=merged),
            enabled=enabled,
            **{name: getattr(self.cron, name) for name in own},
        )

    def to_delete(self) -> str:
        """How many would go now, counted so far as that is cheap."""
        asked = self.settings()
        try:
            with patience.at_most(patience.LIST):
                before = prune_limit(older_than=asked.older_than, most=asked.most)
                if before is None:
                    return "0"
                rows: Any = old_lines(before) if self.action == "onlinegc_joblogs" else _ended(before)
                count = rows.values("pk")[: MOST_COUNTED + 1].count()
        except patience.TooSlow:
            return "more than can be counted quickly"
        return f"{MOST_COUNTED:,}+" if count > MOST_COUNTED else f"{count:,}"


def kept() -> list[Kept]:
    """Of each kind, in one query. The cron named as its action is the one; else the first."""
    crons = list(Cron.objects.filter(action__in=KINDS).order_by("name"))
    return [_kept(action, [cron for cron in crons if cron.action == action]) for action in KINDS]


def _kept(action: str, crons: list[Cron]) -> Kept:
    crons.sort(key=lambda cron: cron.name != action)
    return Kept(action=action, cron=crons[0] if crons else None, others=crons[1:])


def _ended(before: Any) -> Any:
    """Retries whose original is younger, and what holds a lock, stay: so many at most."""
    return Job.objects.filter(ended_at__isnull=False, ended_at__lt=before)
