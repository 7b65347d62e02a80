"""Where Django's admin finds the pages of all apps."""

from jobsite.console import access, audit, configs, crons, jobs, locks, workers

__all__ = ["access", "audit", "configs", "crons", "jobs", "locks", "workers"]
