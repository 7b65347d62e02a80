"""A process with another SECRET_KEY than the database's would break signatures in silence: it must not start."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from jobs.engine.actor import Actor
from jobs.engine.audit import audit
from jobsite.up.models import SecretFingerprint

Kind = SecretFingerprint.Kind


class WrongSecretKey(ImproperlyConfigured):
    """This process holds another key than those that use the database already."""


class WrongParametersKey(ImproperlyConfigured):
    """This process could not read the secret parameters that others store."""


def check() -> None:
    """Raise WrongSecretKey or WrongParametersKey unless ours are the keys that this database was made with."""
    row, _ = SecretFingerprint.objects.get_or_create(
        pk=Kind.SECRET_KEY, defaults={"value": _print(settings.SECRET_KEY)}
    )
    if not constant_time_compare(row.value, _print(settings.SECRET_KEY)):
        raise WrongSecretKey(
            "SECRET_KEY is not the one that this database was made with: take it from the machine that runs already "
            "(JOBSITE_HOME/secrets), or, to change it on purpose, run `manage.py accept_secret_key` once"
        )
    _check_parameters_key()


@transaction.atomic
def accept(*, by: Actor) -> None:
    """Make our SECRET_KEY the one that all others must have from now on."""
    _put(Kind.SECRET_KEY, settings.SECRET_KEY)
    audit("accept", by=by, object_type="secret_key", object_id="SECRET_KEY")


def accept_parameters_key() -> None:
    """Make the first of our PARAMETERS_KEY one that all others must have from now on."""
    _put(Kind.PARAMETERS_KEY, settings.PARAMETERS_KEYS[0])


def _check_parameters_key() -> None:
    """A process without one may run where nobody ever had one: it keeps no secret parameters."""
    ours = [_print(key) for key in settings.PARAMETERS_KEYS]
    if ours:
        SecretFingerprint.objects.get_or_create(pk=Kind.PARAMETERS_KEY, defaults={"value": ours[0]})
    row = SecretFingerprint.objects.filter(pk=Kind.PARAMETERS_KEY).first()
    if row is not None and not any(constant_time_compare(row.value, own) for own in ours):
        raise WrongParametersKey(
            "PARAMETERS_KEY lacks the key that this database's secret parameters are stored with: take it from the "
            "machine that runs already (JOBSITE_HOME/secrets); to change it, put the new one before it, with a comma, "
            "and run `manage.py secrets rotate`"
        )


def _put(kind: int, key: str) -> None:
    SecretFingerprint.objects.update_or_create(pk=kind, defaults={"value": _print(key)})


def _print(key: str) -> str:
    return salted_hmac("jobsite.up.fingerprint", "1", secret=key, algorithm="sha256").hexdigest()
