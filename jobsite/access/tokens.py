"""Issue an access token, and find the one that a request bears."""

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from jobs.engine.rows import django_rows
from jobsite.access.models import AccessToken
from jobsite.access.reading import columns, made

# Recognizable, so that scanners of code and logs find a leaked one.
PREFIX = "jobsite_"
_SHOWN = len(PREFIX) + 6
_USE_NOTED_EVERY = timedelta(minutes=1)
_LONGEST = 200
_UNNOTED = "(last_used_at IS NULL OR last_used_at < statement_timestamp() - %(noted_every)s)"
_FIND = f"""
SELECT {_UNNOTED},
       {columns(AccessToken, "token")}, {columns(User, "holder")}
FROM access_accesstoken token JOIN auth_user holder ON holder.id = token.user_id
WHERE token.digest = %(digest)s AND holder.is_active
  AND (token.expires_at IS NULL OR token.expires_at > statement_timestamp())
"""  # noqa: S608
# Asked again: of many requests at once, one writes.
_NOTE_USE = f"UPDATE access_accesstoken SET last_used_at = statement_timestamp() WHERE id = %(id)s AND {_UNNOTED}"  # noqa: S608


class TokenNameTaken(ValueError):
    """The user has a token of this name."""


def issue_token(
    user: User, *, name: str, expires_in: timedelta | None = timedelta(days=90), read_only: bool = False
) -> str:
    """The new token, which can not be read again later; `expires_in=None` is a token without an end."""
    return issue(AccessToken(user=user, name=name, read_only=read_only), expires_in=expires_in)


def issue(token: AccessToken, *, expires_in: timedelta | None) -> str:
    """Save the new row under a text of its own, and tell the text, this once. Raises TokenNameTaken."""
    text = PREFIX + secrets.token_urlsafe(32)
    token.digest, token.prefix = _digest(text), text[:_SHOWN]
    token.expires_at = None if expires_in is None else Now() + expires_in
    try:
        with transaction.atomic():
            token.save(force_insert=True)
    except IntegrityError as error:
        raise TokenNameTaken(f"{token.user.get_username()} has a token named {token.name!r} already") from error
    return text


def find_token(text: str) -> AccessToken | None:
    """The token with its user, if it has not expired and its user is active. One query, and a write once a minute."""
    if not text.startswith(PREFIX) or len(text) > _LONGEST:
        return None
    found = django_rows(_FIND, {"digest": _digest(text), "noted_every": _USE_NOTED_EVERY})
    if not found:
        return None
    [(use_is_old, *values)] = found
    own = len(AccessToken._meta.concrete_fields)
    token = made(AccessToken, values[:own])
    token.user = made(User, values[own:])
    if use_is_old:
        django_rows(_NOTE_USE, {"id": token.pk, "noted_every": _USE_NOTED_EVERY})
    return token


def expired_user(text: str) -> str | None:
    """Of a token that `find_token` did not find: whose it was, if its time is over and nothing else is wrong."""
    if not text.startswith(PREFIX) or len(text) > _LONGEST:
        return None
    over = AccessToken.objects.filter(digest=_digest(text), expires_at__lte=Now(), user__is_active=True)
    return over.values_list("user__username", flat=True).first()


def _digest(text: str) -> str:
    # A fast hash is enough: 32 random bytes can not be guessed, unlike a password.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
