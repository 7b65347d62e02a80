"""Workers with what they hold and run now, capacity classes, beats; and what may be paused."""

from jobsite.console.workers import beat, capacity_class, pauses, worker

__all__ = ["beat", "capacity_class", "pauses", "worker"]
