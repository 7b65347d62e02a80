"""Read settings from environment variables: what can not be understood is refused with what would be right."""

import ipaddress
import os

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from jobsite.access.rate import InvalidRate, Rate


def flag(name: str, *, default: bool = False) -> bool:
    """1, true or yes; 0, false or no; missing or empty is `default`."""
    value = os.environ.get(name, "").strip().lower()
    if value not in {"", "0", "1", "true", "false", "yes", "no"}:
        raise ImproperlyConfigured(f"{name}={value!r} is not a yes or no: use 1 or 0")
    return value in {"1", "true", "yes"} if value else default


def words(name: str, default: str = "") -> list[str]:
    """What stands between commas."""
    return [item.strip() for item in os.environ.get(name, default).split(",") if item.strip()]


def number(name: str, default: int, *, at_least: int = 0) -> int:
    """A whole number; missing or empty is `default`."""
    text = os.environ.get(name) or str(default)
    if not text.isdecimal() or int(text) < at_least:
        raise ImproperlyConfigured(f"{name}={text!r} is not a whole number of at least {at_least}")
    return int(text)


def networks(name: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """An address by itself is a network of one: both `10.0.0.1` and `10.0.0.0/8` are understood."""
    found = []
    for item in words(name):
        try:
            found.append(ipaddress.ip_network(item))
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name} holds {item!r}, which is no address or network ({error}): use 10.0.0.1 or 10.0.0.0/8"
            ) from error
    return found


def keys(name: str) -> list[str]:
    """Fernet keys, in the order given."""
    found = words(name)
    for key in found:
        try:
            Fernet(key)
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name} holds what is no key: take 32 random bytes in URL-safe base64, or several of them with commas"
            ) from error
    return found


def rate(name: str) -> Rate | None:
    """None where it is missing: no limit."""
    text = os.environ.get(name, "").strip()
    try:
        return Rate.parse(text) if text else None
    except InvalidRate as error:
        raise ImproperlyConfigured(f"{name}: {error}") from error
