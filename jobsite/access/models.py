"""Access tokens, what a person keeps in the admin, failed logins, and who has asked how much."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class AccessToken(models.Model):
    """A login for programs. The token itself is shown once and never stored: only its SHA-256, which finds it."""

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
        return f"{self.user.get_username()}/{self.name} ({self.prefix}...)"


class SavedView(models.Model):
    """A list of jobs that a person comes back to: its filters under a name."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    # The filters as the list's address has them.
    query = models.CharField(max_length=2000)

    class Meta:
        default_permissions = ()
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="savedview_name_once_per_user")]

    def __str__(self) -> str:
        return self.name


class LoginFailure(models.Model):
    """The last failed logins as one account from one place; the row goes when the last of them is old."""

    # As it was typed, whether there is such a user or not; empty for tokens that name none.
    account = models.CharField(max_length=150)
    # An IPv4 address, or the /64 of an IPv6 one.
    network = models.CharField(max_length=45)
    failed_at = ArrayField(models.DateTimeField())
    last_at = models.DateTimeField()
    # Logins are refused until then; null below the limit.
    blocked_until = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["last_at"], name="loginfailure_prune")]
        constraints = [models.UniqueConstraint(fields=["account", "network"], name="loginfailure_once_per_origin")]

    def __str__(self) -> str:
        return f"{self.account} from {self.network}"


class Caller(models.Model):
    """Who has used up how much of THROTTLE. One number tells it: when all of it will be free again."""

    name = models.CharField(max_length=200, primary_key=True)
    free_at = models.DateTimeField()
    # A day and not a time, so that the index on it is untouched by all requests of a day but the first.
    last_on = models.DateField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["last_on"], name="caller_prune")]

    def __str__(self) -> str:
        return self.name
