"""The header Idempotency-Key, and the fingerprint of what was sent with it."""

import json
import re
from typing import Any

from django.utils.crypto import salted_hmac
from rest_framework.request import Request

from jobs.engine.submit import Once
from jobsite.api.v0.errors import InvalidQuery

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[ -~]{1,255}")


def once_of(request: Request, body: Any) -> Once | None:
    """None without the header. Bodies that say the same have one fingerprint, however they are written."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise InvalidQuery(HEADER, f"{key[:60]!r} is not a key: 1 to 255 printable ASCII characters")
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    # With our key: a plain digest of a body with a short secret could be found out by trying.
    digest = salted_hmac("jobsite.api.v0.idempotency", text, algorithm="sha256")
    return Once(key=key, fingerprint=digest.hexdigest())
