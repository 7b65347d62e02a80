"""The audit trail: who changed what, when, from where, why."""

from jobsite.console.audit.page import AuditEventAdmin

__all__ = ["AuditEventAdmin"]
