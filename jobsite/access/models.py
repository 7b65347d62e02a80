"""Access tokens: a login for programs, in place of a person's password."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class AccessToken(models.Model):
    """The token itself is shown once and never stored: only its SHA-256, which is what a request is looked up by."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_tokens")
    # What the audit calls it.
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    # Its first characters: enough to recognize it, far too few to guess the rest.
    prefix = models.CharField(max_length=20, editable=False)
    created_at = models.DateTimeField(db_default=Now())
    # Null: never.
    expires_at = models.DateTimeField(null=True, blank=True)
    # Written at most once a minute.
    last_used_at = models.DateTimeField(null=True, blank=True)
    read_only = models.BooleanField(default=False)

    class Meta:
        ordering = ["user_id", "name"]
        constraints = [
            # The audit names a token by user and name.
            models.UniqueConstraint(fields=["user", "name"], name="accesstoken_name_once_per_user"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}...)"
