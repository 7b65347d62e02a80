"""Log in with a password, by whichever way in: what fails is counted."""

from django.contrib.auth.models import User
from django.http import HttpRequest

from jobs.engine.actor import Actor
from jobsite.access import throttle
from jobsite.access.actor import client_address, client_name
from jobsite.access.failures import Origin, note_failure, refuse_if_blocked
from jobsite.access.passwords import remembered_user, verified_user


def log_in(request: HttpRequest, username: str, password: str) -> User | None:
    """The active user whose password this is. Raises TooManyFailures."""
    origin = Origin.of(username, client_address(request))
    refuse_if_blocked(origin)
    user = remembered_user(username, password)
    if user is not None:
        return user
    user = verified_user(username, password)
    if user is None:
        failed(request, account=username)
        return None
    # Of many guesses at once, those that were checked after the tenth failure learn nothing.
    refuse_if_blocked(origin)
    return user


def failed(request: HttpRequest, *, account: str) -> None:
    """A login was refused: it counts for that account from this address, and as a request from there."""
    address = client_address(request)
    throttle.take(f"address {address}")
    by = Actor(dialect=_way_in(request), address=address, client=client_name(request))
    note_failure(Origin.of(account, address), by=by)


def _way_in(request: HttpRequest) -> str:
    """The dialect that the address tells: `/api/v0/jobs` is v0's."""
    first, _, rest = request.path_info.lstrip("/").partition("/")
    return rest.partition("/")[0] if first == "api" else "admin"
