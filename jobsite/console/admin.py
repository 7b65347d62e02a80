"""Where Django's admin finds the pages of all apps."""

from jobsite.console import access, audit, crons, jobs, locks, workers

__all__ = ["access", "audit", "crons", "jobs", "locks", "workers"]
