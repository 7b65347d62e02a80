"""/api/docs: the API descriptions to read and to try, by Swagger UI from our own static files. No login."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from jobsite.headers import HEADER

# Swagger UI's icons are data: addresses in its style sheet.
_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_OF = {"v0": "Mirantis Secure Registry", "v1.0": "CNaaS-NMS"}


# The cookie is for who is logged in to the admin and tries an operation that changes something.
@require_safe
@ensure_csrf_cookie
def browse(request: HttpRequest, dialect: str) -> HttpResponse:
    dialects = [{"name": name, "of": of, "chosen": name == dialect} for name, of in _OF.items()]
    page = render(request, "api/docs.html", {"dialects": dialects, "dialect": dialect})
    page.headers[HEADER] = _PAGE
    return page
