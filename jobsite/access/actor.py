"""Who asks, as the audit writes it, from a request."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

from jobs.engine.actor import Actor
from jobsite.access.models import AccessToken


def actor_of(request: Request, *, dialect: str) -> Actor:
    """The logged-in user of an API request, from where and with what."""
    token = request.auth
    return Actor(
        dialect=dialect,
        user=request.user.get_username(),
        address=client_address(request._request),
        client=client_name(request._request),
        token=token.name if isinstance(token, AccessToken) else "",
    )


def admin_actor(request: HttpRequest) -> Actor:
    """The person at the browser, in the admin."""
    return Actor(
        dialect="admin",
        user=request.user.get_username(),
        address=client_address(request),
        client=client_name(request),
    )


def client_address(request: HttpRequest) -> str:
    """The peer, or, if that is a trusted proxy, the nearest address in front of it that is not one."""
    address = request.META.get("REMOTE_ADDR", "")
    # From the right: whatever stands left of the first untrusted one can be forged by it.
    for forwarded in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        if not _is_trusted(address) or _parsed(forwarded) is None:
            break
        address = forwarded.strip()
    return str(_parsed(address) or "")


def client_name(request: HttpRequest) -> str:
    """What the client calls itself. Control characters of the header, NUL among them, become U+FFFD."""
    text = request.META.get("HTTP_USER_AGENT", "")[:200]
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def _is_trusted(address: str) -> bool:
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in settings.TRUSTED_PROXIES)


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    # A listener on [::] sees 10.0.0.1 as ::ffff:10.0.0.1.
    return getattr(address, "ipv4_mapped", None) or address
