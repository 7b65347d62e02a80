"""All of them, what stops work first."""

from jobsite.console.dashboard.needs.beats import no_beat
from jobsite.console.dashboard.needs.crons import skipping_crons
from jobsite.console.dashboard.needs.locks import stuck_locks
from jobsite.console.dashboard.needs.misfits import jobs_for_nobody
from jobsite.console.dashboard.needs.need import Need
from jobsite.console.dashboard.needs.overdue import overdue_jobs
from jobsite.console.dashboard.needs.transactions import old_transactions
from jobsite.console.dashboard.needs.workers import cut_jobs, dead_workers

_KINDS = (
    stuck_locks,
    overdue_jobs,
    jobs_for_nobody,
    cut_jobs,
    dead_workers,
    no_beat,
    skipping_crons,
    old_transactions,
)


def needs() -> list[Need]:
    found = [need for kind in _KINDS for need in kind()]
    return sorted(found, key=lambda need: need.tone != "bad")
