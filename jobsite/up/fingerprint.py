"""A process with another SECRET_KEY than the database's would break signatures in silence: it must not start."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.crypto import constant_time_compare, salted_hmac

from jobsite.up.models import SecretFingerprint


class WrongSecretKey(ImproperlyConfigured):
    """This process holds another key than those that use the database already."""


def check() -> None:
    """Raise WrongSecretKey unless ours is the key that the first process on this database had."""
    row, _ = SecretFingerprint.objects.get_or_create(pk=1, defaults={"value": _own()})
    if not constant_time_compare(row.value, _own()):
        raise WrongSecretKey(
            "SECRET_KEY is not the one that this database was made with: take it from the machine that runs already "
            "(JOBSITE_HOME/secrets), or, to change it on purpose, run `manage.py accept_secret_key` once"
        )


def accept() -> None:
    """Make our key the one that all others must have from now on."""
    SecretFingerprint.objects.update_or_create(pk=1, defaults={"value": _own()})


def _own() -> str:
    return salted_hmac("jobsite.up.fingerprint", "1", secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()
