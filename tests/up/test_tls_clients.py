"""Clients over `--tls`: those of both originals, with the self-signed certificate accepted or trusted."""

import json
import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cnaas_nms_api_client import AuthenticatedClient
from cnaas_nms_api_client.api.jobs import get_jobs_api

from tests.up.running import READY, Up

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


class Site:
    """A site over https, and its first login."""

    def __init__(self, up: Up) -> None:
        self.up = up
        self.url = f"https://127.0.0.1:{up.port}"
        text = (up.home / "credentials").read_text()
        self.token = dict(word.split("=", 1) for word in shlex.split(text))["TOKEN"]
        self.cert = up.home / "tls" / "cert.pem"

    def curl(self, *words: str) -> Any:
        """As the vendors' examples are: `-k` accepts the certificate."""
        command = ["curl", "-sS", "-k", "-H", f"Authorization: Bearer {self.token}", *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        return json.loads(done.stdout)


@pytest.fixture
def site(home: Path, environ: dict[str, str]) -> Iterator[Site]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    up = Up(home, environ, "--tls", port=port)
    try:
        up.wait_for(READY, seconds=150)
        yield Site(up)
    finally:
        up.close()


def test_curl_and_the_clients_of_the_originals_speak_https(site: Site) -> None:
    assert f"{READY}{site.url}/" in site.up.said
    job = _submitted_by_curl(site)
    _listed_by_cnaas(site, job)
    _listed_by_the_api_client(site, job)
    _refused_in_the_clear(site)


def _submitted_by_curl(site: Site) -> int:
    body = ["-X", "POST", "-H", "Content-Type:application/json", "-d", '{"action": "noop"}']
    submitted = site.curl(*body, f"{site.url}/api/v0/jobs")
    assert submitted["action"] == "noop"
    # The next page, too, is https.
    site.curl(*body, f"{site.url}/api/v0/jobs")
    command = ["curl", "-sS", "-k", "-D", "-", "-o", "/dev/null", "-H", f"Authorization: Bearer {site.token}"]
    for path in ("/api/v0/jobs?limit=1", "/api/v1.0/jobs?per_page=1"):
        headers = subprocess.run([*command, site.url + path], capture_output=True, text=True, check=True).stdout
        assert f"<{site.url}/api/" in headers.partition("ink: ")[2]
    [shown] = [job for job in site.curl(f"{site.url}/api/v1.0/jobs")["data"]["jobs"] if job["function_name"] == "noop"][
        :1
    ]
    return int(shown["id"])


def _listed_by_cnaas(site: Site, job: int) -> None:
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(site.up.home.parent),
        "CNAAS_BASE_URL": f"{site.url}/api/v1.0",
        "CNAAS_API_KEY": site.token,
        # It has no option to accept a certificate: whoever signs their own trusts it so.
        "SSL_CERT_FILE": str(site.cert),
    }
    command = [sys.executable, "-m", "cnaas_cli", "jobs", "show", str(job)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["data"]["jobs"][0]["id"] == job


def _listed_by_the_api_client(site: Site, job: int) -> None:
    with AuthenticatedClient(base_url=f"{site.url}/api/v1.0", token=site.token, verify_ssl=False) as client:
        found = json.loads(get_jobs_api.sync_detailed(client=client).content)
    assert job in [one["id"] for one in found["data"]["jobs"]]


def _refused_in_the_clear(site: Site) -> None:
    assert site.up.get("/api/v1.0/system/version") == 0
