"""Where Django's admin finds the pages of all apps."""

from jobsite.console import access, jobs, locks, workers

__all__ = ["access", "jobs", "locks", "workers"]
