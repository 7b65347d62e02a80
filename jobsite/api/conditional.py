"""Conditional requests: a reader who has the present answer is told so, in place of being sent it again."""

from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from django.db.models import CharField
from django.db.models.expressions import RawSQL
from django.http import HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from rest_framework.request import Request
from rest_framework.response import Response

from jobsite.version import VERSION, git_version

# Which transaction wrote the row last, and where: whatever of a row changes, this does. Its large columns are not read.
JOB_VERSION = RawSQL('"jobs_job"."xmin"::text || "jobs_job"."ctid"::text', (), output_field=CharField())


def tag_of(*shown: object) -> str:
    """A weak ETag of what an answer shows, or of the versions of the rows that it shows."""
    # Another version of this code may show the same rows otherwise.
    text = repr((VERSION, git_version(), shown))
    return f'W/"{blake2b(text.encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()}"'


def knows(request: Request, tag: str) -> bool:
    """Whether the reader has the answer of this tag."""
    sent = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in sent or tag.removeprefix("W/") in {one.removeprefix("W/") for one in sent}


def unless_known(request: Request, tag: str, make: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """The answer, or 304 without making it. The tag must not be younger than what `make` reads."""
    response = HttpResponseNotModified() if knows(request, tag) else make()
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Authorization", "Cookie"])
    return response


def shown(request: Request, value: Any) -> HttpResponseBase:
    """The answer of what is short and had to be read to tell whether it is new, or 304."""
    return unless_known(request, tag_of(value), lambda: Response(value))
