"""Who changed what. Rows can only be added: a trigger refuses UPDATE and DELETE."""

from django.db import models
from django.db.models.functions import Now


class AuditEvent(models.Model):
    """One change by a person, a client or an intervention of the engine, written in the change's own transaction."""

    at = models.DateTimeField(db_default=Now())
    user = models.CharField(max_length=150, blank=True)
    # Where from: IP address, how (v0, v1, admin, cli, engine), with which client and token.
    address = models.CharField(max_length=45, blank=True)
    dialect = models.CharField(max_length=20)
    client = models.CharField(max_length=200, blank=True)
    token = models.CharField(max_length=100, blank=True)
    verb = models.CharField(max_length=40)
    # The kind of thing changed and its key: `job` and a UUID, `worker` and a name.
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=200)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["object_type", "object_id", "id"], name="audit_by_object"),
            models.Index(fields=["user", "id"], name="audit_by_user"),
            models.Index(fields=["at"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type} {self.object_id} by {self.user or self.dialect}"
