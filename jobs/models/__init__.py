"""What work exists. Only jobs/engine/ changes the state of it."""

from jobs.models.action_config import ActionConfig
from jobs.models.audit_event import AuditEvent
from jobs.models.cron import Cron
from jobs.models.job import Job
from jobs.models.job_log import JobLog

__all__ = ["ActionConfig", "AuditEvent", "Cron", "Job", "JobLog"]
