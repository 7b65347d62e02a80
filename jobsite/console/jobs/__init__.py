"""The pages over jobs, their logs and what is configured for actions."""

from jobsite.console.jobs.action_config import ActionConfigAdmin
from jobsite.console.jobs.job import JobAdmin
from jobsite.console.jobs.job_log import JobLogAdmin

__all__ = ["ActionConfigAdmin", "JobAdmin", "JobLogAdmin"]
