"""Is everything up? /readyz knows: database, broker, workers, beats."""

import http.client
import os
import ssl

from jobsite.up.listen import Listen


def readiness(listen: Listen) -> tuple[bool, str]:
    """Whether it answers 200, and its words."""
    try:
        connection = _connection(listen)
        connection.request("GET", "/readyz", headers={"Host": _host(listen)})
        response = connection.getresponse()
        return response.status == 200, response.read(2000).decode(errors="replace").strip()
    except OSError as error:
        return False, f"web does not answer yet ({error})"
    except http.client.HTTPException as error:
        return False, f"web answers strangely ({error!r})"


def _connection(listen: Listen) -> http.client.HTTPConnection:
    if not listen.tls:
        return http.client.HTTPConnection(listen.reached_at, listen.port, timeout=5)
    unverified = ssl._create_unverified_context()  # noqa: S323 - our own process on our own machine
    return http.client.HTTPSConnection(listen.reached_at, listen.port, timeout=5, context=unverified)


def _host(listen: Listen) -> str:
    """A name that ALLOWED_HOSTS lets in."""
    allowed = [name.strip().lstrip(".") for name in os.environ.get("ALLOWED_HOSTS", "").split(",") if name.strip()]
    return allowed[0] if allowed and allowed[0] != "*" else f"127.0.0.1:{listen.port}"
