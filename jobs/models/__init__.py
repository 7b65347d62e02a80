"""What work exists. Only jobs/engine/ changes the state of it."""

from jobs.models.action_config import ActionConfig
from jobs.models.audit_event import AuditEvent
from jobs.models.cron import Cron, CronSkip
from jobs.models.hold import Hold
from jobs.models.idempotency_key import IdempotencyKey
from jobs.models.job import Job
from jobs.models.job_log import JobLog
from jobs.models.pause import Pause

__all__ = ["ActionConfig", "AuditEvent", "Cron", "CronSkip", "Hold", "IdempotencyKey", "Job", "JobLog", "Pause"]
