"""Check a user's password, and remember for a minute that it was right: PBKDF2 costs half a second of each poll."""

import hashlib
import hmac
import secrets
import threading
from time import monotonic

from django.contrib.auth import authenticate
from django.contrib.auth.models import User

from jobs.engine.rows import django_rows
from jobsite.access.reading import columns, made

REMEMBERED_SECONDS = 60.0
_MOST = 1024
_BY_NAME = f"SELECT {columns(User, 'known')} FROM auth_user known WHERE username = %s AND is_active"  # noqa: S608

_key = secrets.token_bytes(32)
_lock = threading.Lock()
# Fingerprint of a login that was right, and until when it is remembered (time.monotonic).
_right_until: dict[bytes, float] = {}


def remembered_user(username: str, password: str) -> User | None:
    """The active user whose password was right a short while ago. One query."""
    # Read at each request: a changed password is another fingerprint, a deactivated user is none, from then on.
    for row in django_rows(_BY_NAME, [username]):
        user = made(User, row)
        return user if _is_remembered(_fingerprint(user, password)) else None
    return None


def verified_user(username: str, password: str) -> User | None:
    """The active user whose password this is, by the slow check."""
    # Also for an unknown name: Django spends the same time on it.
    verified = authenticate(username=username, password=password)
    if not isinstance(verified, User):
        return None
    # With its own hash: the check may have renewed it with more iterations.
    _remember(_fingerprint(verified, password))
    return verified


def forget_passwords() -> None:
    """Check each password anew from now on, in this process."""
    with _lock:
        _right_until.clear()


def _fingerprint(user: User, password: str) -> bytes:
    # Under a key of this process alone, so that memory holds nothing that a dictionary could be tried on elsewhere.
    stored = hashlib.sha256(user.password.encode()).digest()
    return hmac.digest(_key, b"%d:%b:%b" % (user.pk, stored, password.encode()), "sha256")


def _is_remembered(fingerprint: bytes) -> bool:
    return _right_until.get(fingerprint, 0.0) > monotonic()


def _remember(fingerprint: bytes) -> None:
    now = monotonic()
    with _lock:
        if len(_right_until) >= _MOST:
            for old in [key for key, until in _right_until.items() if until <= now] or list(_right_until):
                del _right_until[old]
        _right_until[fingerprint] = now + REMEMBERED_SECONDS
