"""The pages over jobs, their logs, the audit, crons and what is configured for actions."""

from jobs.admin.action_config import ActionConfigAdmin
from jobs.admin.audit_event import AuditEventAdmin
from jobs.admin.cron import CronAdmin
from jobs.admin.job import JobAdmin
from jobs.admin.job_log import JobLogAdmin

__all__ = ["ActionConfigAdmin", "AuditEventAdmin", "CronAdmin", "JobAdmin", "JobLogAdmin"]
