"""Where Django's admin finds the pages of all apps."""

from jobsite.console import access, crons, jobs, locks, workers

__all__ = ["access", "crons", "jobs", "locks", "workers"]
