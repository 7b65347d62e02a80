"""A host name to addresses that were checked, once: what is connected to afterwards is the address."""

import socket
import threading
from collections.abc import Iterable

from jobs.actions.webhook.address import Address, allowed, parse, refusal
from jobs.actions.webhook.errors import WebhookFailed


def checked_addresses(host: str, *, exceptions: Iterable[str], seconds: float) -> list[Address]:
    """All addresses of the name, in the resolver's order; WebhookFailed if any is one that must not be reached."""
    addresses = [parse(text) for text in _look_up(host, seconds)]
    exceptions = list(exceptions)
    for address in addresses:
        word = refusal(address)
        if word and not allowed(host, address, exceptions):
            raise WebhookFailed(
                f"{host} is refused: {address} is not a public address ({word}); WEBHOOK_ALLOW can name exceptions"
            )
    return addresses


def _look_up(host: str, seconds: float) -> list[str]:
    """The resolver has no bound of its own, so it works beside us and is left alone when it takes too long."""
    found: list[str] = []
    failed: list[OSError] = []

    def work() -> None:
        try:
            infos = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except OSError as error:
            failed.append(error)
        else:
            found.extend(dict.fromkeys(str(info[4][0]) for info in infos))

    resolver = threading.Thread(target=work, name="webhook-resolver", daemon=True)
    resolver.start()
    resolver.join(seconds)
    if failed:
        raise WebhookFailed(f"{host} can not be resolved: {failed[0]}") from failed[0]
    if not found:
        raise WebhookFailed(f"{host} was not resolved within {seconds:g} s")
    return found
