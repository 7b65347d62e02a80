"""The action `webhook`: one signed POST to a public address."""

import hashlib
import hmac
import json
import re
from time import monotonic
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from pydantic import AfterValidator, Field, JsonValue

from jobs.actions.context import Context
from jobs.actions.lines import clean
from jobs.actions.parameters import Parameters
from jobs.actions.registry import action
from jobs.actions.secret import Secret
from jobs.actions.webhook.errors import WebhookFailed
from jobs.actions.webhook.resolve import checked_addresses
from jobs.actions.webhook.send import Answer, port_of, post

__all__ = ["WebhookFailed", "WebhookParameters", "webhook"]

TOTAL_SECONDS = 10.0
SIGNATURE_HEADER = "X-Jobsite-Signature"
_PRINTABLE = re.compile(r"[\x21-\x7e]+")
_OURS = {"host", "content-length", "transfer-encoding", "connection", "x-jobsite-job", SIGNATURE_HEADER.lower()}


def _url(text: str) -> str:
    if not _PRINTABLE.fullmatch(text):
        raise ValueError("holds spaces or characters outside ASCII: percent-encode them, write host names as xn--")
    try:
        url = urlsplit(text)
        port = port_of(url)
    except ValueError as error:
        raise ValueError(f"is not a URL: {error}") from None
    if url.scheme not in {"http", "https"} or not url.hostname or "%" in url.hostname or not 0 < port < 65536:
        raise ValueError("must begin with http:// or https:// and name a host")
    if url.username is not None or url.password is not None:
        raise ValueError("must not hold a user or a password: send a header instead")
    return text


def _header(name: str) -> str:
    if name.lower() in _OURS:
        raise ValueError(f"{name} is set by jobsite")
    return name


HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$"), AfterValidator(_header)]
HeaderValue = Annotated[str, Field(pattern=r"^[\x20-\x7e]{0,2048}$")]


class WebhookParameters(Parameters):
    url: Annotated[str, Field(max_length=2048), AfterValidator(_url)]
    # Any JSON; it is the body of the request.
    payload: JsonValue = {}
    # A receiver's token or password stands here.
    headers: Annotated[dict[HeaderName, HeaderValue], Field(max_length=20), Secret] = {}


@action("webhook", parameters=WebhookParameters)
def webhook(context: Context[WebhookParameters]) -> dict[str, Any]:
    """POST `payload` as JSON to `url`, signed, and fail unless the answer is a 2xx."""
    url = urlsplit(context.parameters.url)
    until = monotonic() + TOTAL_SECONDS
    addresses = checked_addresses(url.hostname or "", exceptions=settings.WEBHOOK_ALLOW, seconds=TOTAL_SECONDS)
    context.log(f"POST to {url.netloc} at {addresses[0]}")
    body = json.dumps(context.parameters.payload, ensure_ascii=False).encode()
    answer = post(url, addresses, body=body, headers=_headers(context, body), until=until)
    _judge(url, answer)
    return {"status": answer.status, "answer": clean(answer.head.decode("utf-8", "replace"))}


def _headers(context: Context[WebhookParameters], body: bytes) -> dict[str, str]:
    headers = {
        "User-Agent": "jobsite",
        "Content-Type": "application/json",
        # In one spelling, so that none is sent twice.
        **{name.title(): value for name, value in context.parameters.headers.items()},
        "X-Jobsite-Job": str(context.job_id),
        "Connection": "close",
    }
    if settings.WEBHOOK_SECRET:
        headers[SIGNATURE_HEADER] = signature(body, secret=settings.WEBHOOK_SECRET)
    return headers


def signature(body: bytes, *, secret: str) -> str:
    """`sha256=` and the HMAC of the body in hex, which the receiver computes and compares."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _judge(url: SplitResult, answer: Answer) -> None:
    said = f"{url.netloc} answered {answer.status} {answer.reason}".rstrip()
    if answer.status >= 400:
        raise WebhookFailed(f"{said}: {clean(answer.head[:200].decode('utf-8', 'replace'))}")
    if not 200 <= answer.status < 300:
        raise WebhookFailed(f"{said} ({answer.location}); redirects are not followed, give the final URL")
