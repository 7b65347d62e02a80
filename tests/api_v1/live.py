"""A real server, and the seed's `curl` lines in a real shell."""

import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit


class Shell:
    """`sh` in which http://hostname is the server, and curl brings a login: else the lines are as the seed has them."""

    def __init__(self, home: Path, *, server: str, token: str) -> None:
        self.home = home
        address = urlsplit(server).netloc
        home.joinpath(".curlrc").write_text(
            f'silent\nshow-error\nheader = "Authorization: Bearer {token}"\nconnect-to = "hostname:80:{address}"\n'
        )

    def run(self, line: str) -> str:
        """What it prints, also from what it left in the background."""
        environ = {**os.environ, "CURL_HOME": str(self.home)}
        # `http_proxy` of a developer's machine is not meant.
        environ = {key: value for key, value in environ.items() if not key.lower().endswith("_proxy")}
        done = subprocess.run(
            ["/bin/sh", "-c", line], cwd=self.home, env=environ, capture_output=True, text=True, timeout=30, check=True
        )
        assert not done.stderr, done.stderr
        return done.stdout
