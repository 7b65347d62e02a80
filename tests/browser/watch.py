"""What no page may do, collected while a test uses it."""

from playwright.sync_api import ConsoleMessage, Page, Request, Response

# Chromium reports a refused thing in the console; the event says which directive refused it.
_POLICY = """document.addEventListener("securitypolicyviolation", event => console.error(
    `policy refused ${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`))"""


class Watch:
    """Console errors and warnings, script errors, refused requests, requests that leave the server."""

    def __init__(self, page: Page, server: str) -> None:
        self.page, self.server = page, server
        self.seen: list[str] = []
        self.forgiven: list[str] = []
        page.add_init_script(_POLICY)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.seen.append(f"script error: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def forgive(self, *words: str) -> None:
        """What holds one of these was brought about by the test itself."""
        self.forgiven.extend(words)

    def assert_nothing_seen(self) -> None:
        seen = [what for what in self.seen if not any(word in what for word in self.forgiven)]
        assert not seen, "\n".join(seen)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.seen.append(f"console {message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.server, "data:", "blob:", "about:")):
            self.seen.append(f"outside request: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.seen.append(f"{response.status}: {response.url}")
