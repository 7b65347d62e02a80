"""The pages over jobs and their logs."""

from jobsite.console.jobs.job import JobAdmin
from jobsite.console.jobs.job_log import JobLogAdmin

__all__ = ["JobAdmin", "JobLogAdmin"]
