"""Who changed what. Rows can only be added: a trigger refuses UPDATE and DELETE."""

from django.db import models
from django.db.models import Q
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
        ordering = ["-at", "-id"]
        default_permissions = ("view",)
        # One for each filter of GET /audit, in its order: a page of a filtered list costs what the first page costs.
        indexes = [
            models.Index("at", "id", name="audit_by_time"),
            models.Index("object_id", "at", "id", name="audit_by_object"),
            models.Index("object_type", "at", "id", name="audit_by_kind"),
            models.Index("user", "at", "id", name="audit_by_user"),
            models.Index("verb", "at", "id", name="audit_by_verb"),
            models.Index("dialect", "at", "id", name="audit_by_dialect"),
            models.Index("token", "at", "id", condition=Q(token__gt=""), name="audit_by_token"),
            models.Index("address", "at", "id", condition=Q(address__gt=""), name="audit_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type} {self.object_id} by {self.user or self.dialect}"
