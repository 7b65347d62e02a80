"""Parts of a page that live.js asks for anew every two seconds, at little cost while they stand still."""

from collections.abc import Callable, Mapping
from functools import wraps
from hashlib import blake2b
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]


def live_view(*permissions: str) -> Callable[[View[Rest]], View[Rest]]:
    """For staff with all of `permissions`. 401 without a login, where a page would send a person to the form."""

    def decorate(view: View[Rest]) -> View[Rest]:
        @require_safe
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
            if not (request.user.is_active and request.user.is_staff):
                return HttpResponse(status=401)
            if not request.user.has_perms(permissions):
                return HttpResponse(status=403)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def live_part(
    request: HttpRequest, template: str, context: Callable[[], Mapping[str, Any]], *, stamp: str | None = None
) -> HttpResponseBase:
    """The part as HTML, or 304 if the asker has it.

    `stamp` is something cheap that changes whenever the part does: while it stands still, `context` is not asked.
    """
    if stamp is not None and (unchanged := get_conditional_response(request, etag=_etag(stamp))):
        return unchanged
    return conditional(request, render_to_string(template, dict(context()), request), stamp=stamp)


def conditional(request: HttpRequest, html: str, *, stamp: str | None = None) -> HttpResponseBase:
    """The part, or 304 if the asker has just that."""
    etag = _etag(html if stamp is None else stamp)
    response = HttpResponse(html, headers={"ETag": etag, "Cache-Control": "private, no-cache"})
    # Typed for conditional responses of all kinds; it returns what it is given.
    return get_conditional_response(request, etag=etag, response=response) or response


def _etag(text: str) -> str:
    """Weak: the same to a reader, not byte by byte."""
    return f'W/"{blake2b(text.encode(), digest_size=12).hexdigest()}"'
