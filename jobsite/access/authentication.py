"""The ways to log in to an API: user and password or token (Basic), a token alone (Bearer), the admin's session."""

import base64
import binascii

from django.contrib.auth.models import User
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from jobsite.access import throttle
from jobsite.access.actor import client_address
from jobsite.access.login import failed, log_in
from jobsite.access.models import AccessToken
from jobsite.access.tokens import expired_user, find_token

Login = tuple[User, AccessToken | None]


class UnknownToken(AuthenticationFailed):
    """A Bearer token that nobody has, or whose user may not log in."""

    default_detail = "The access token is unknown, or has expired."


class ExpiredToken(AuthenticationFailed):
    """A token that was good until some time ago."""

    default_detail = UnknownToken.default_detail


class BasicLogin(BaseAuthentication):
    """`Authorization: Basic`, with the password or an access token of the user; `request.auth` is the token used."""

    def authenticate(self, request: Request) -> Login | None:
        encoded = _credentials(request, "basic")
        if encoded is None:
            return None
        username, secret = _decoded(encoded)
        token = find_token(secret)
        # Nobody guesses one, so it needs no limit: who types a password wrong locks out no program of that user.
        if token is not None and token.user.get_username() == username:
            return token.user, token
        if expired_user(secret) == username:
            raise _expired(request)
        user = log_in(request._request, username, secret)
        if user is None:
            raise AuthenticationFailed("The user name, password or token is wrong, or has expired.")
        return user, None

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        return 'Basic realm="jobsite", charset="UTF-8"'


class BearerLogin(BaseAuthentication):
    """`Authorization: Bearer`, with an access token."""

    def authenticate(self, request: Request) -> Login | None:
        text = _credentials(request, "bearer")
        if text is None:
            return None
        secret = text.decode("latin-1")
        token = find_token(secret)
        if token is None:
            if expired_user(secret) is not None:
                raise _expired(request)
            failed(request._request, account="")
            raise UnknownToken
        return token.user, token


class SessionLogin(SessionAuthentication):
    """The admin's session; verbs that change something need its CSRF token."""


def _expired(request: Request) -> ExpiredToken:
    """Nobody guesses this one either: its program goes on sending it, and locks out no person of that address."""
    throttle.take(f"address {client_address(request._request)}")
    return ExpiredToken()


def _credentials(request: Request, scheme: str) -> bytes | None:
    """What follows the scheme, None if the header is missing or of another scheme."""
    name, _, rest = get_authorization_header(request).strip().partition(b" ")
    return rest.strip() if name.lower() == scheme.encode() else None


def _decoded(encoded: bytes) -> tuple[str, str]:
    try:
        username, separator, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise AuthenticationFailed("The Basic credentials are not user:password in UTF-8 and base64.") from error
    # PostgreSQL can not even be asked for a NUL.
    if not separator or "\x00" in username + secret:
        raise AuthenticationFailed("The Basic credentials are not user:password in UTF-8 and base64.")
    return username, secret
