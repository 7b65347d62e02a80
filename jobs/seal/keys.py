"""The keys of PARAMETERS_KEY: the first encrypts, each of them decrypts."""

from functools import cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

NAME_LENGTH = 12


class NoKey(RuntimeError):
    """This installation was given no PARAMETERS_KEY."""


def encrypt(data: bytes) -> str:
    """Raises NoKey."""
    return _all(tuple(settings.PARAMETERS_KEYS)).encrypt(data).decode()


def decrypt(token: str) -> bytes:
    """Raises NoKey, and InvalidToken for what none of the keys has encrypted."""
    return _all(tuple(settings.PARAMETERS_KEYS)).decrypt(token)


def name_of_first() -> str:
    """Tells the key that encrypts now from all others, without telling the key. Raises NoKey."""
    _all(tuple(settings.PARAMETERS_KEYS))
    return _name(settings.PARAMETERS_KEYS[0])


@cache
def _name(key: str) -> str:
    return salted_hmac("jobs.seal.keys", "name", secret=key, algorithm="sha256").hexdigest()[:NAME_LENGTH]


@cache
def _all(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise NoKey("PARAMETERS_KEY is not set, so secret parameters can be neither kept nor read")
    return MultiFernet([Fernet(key) for key in keys])
