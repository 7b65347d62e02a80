"""Bodies that are sent in chunks, through gunicorn as `up` starts it: refused, not taken for no body."""

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from jobs.models import Job
from jobsite.access.tokens import issue_token
from tests.e2e.conftest import Submit
from tests.e2e.web import Web, running_web

pytestmark = pytest.mark.slow


@pytest.fixture
def web(transactional_db: None, tmp_path: Path) -> Iterator[Web]:
    with running_web(tmp_path / "web.log") as web:
        yield web


def test_a_body_in_chunks_is_411_in_both_dialects_and_the_connection_lives_on(web: Web, submit: Submit) -> None:
    user = User.objects.create(username="ann", is_superuser=True)
    headers = {"Authorization": f"Bearer {issue_token(user, name='test')}", "Content-Type": "application/json"}
    job = submit("noop")
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=10)

    def ask(method: str, path: str, body: Any) -> tuple[int, Any]:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())

    abort = (f"/api/v1.0/job/{job.pk}", {"action": "ABORT"})
    for method, path, body in [
        ("PUT", *abort),
        ("DELETE", "/api/v1.0/joblocks", {"name": "devices"}),
        ("POST", f"/api/v0/jobs/{job.uuid}/cancel", {"reason": "late"}),
    ]:
        # Of an iterable http.client does not know the length.
        status, answer = ask(method, path, iter([json.dumps(body).encode()]))
        assert (status, "Content-Length" in json.dumps(answer)) == (411, True), path
    assert Job.objects.get(pk=job.pk).status == "waiting"
    assert ask("PUT", abort[0], json.dumps(abort[1]))[0] == 200
    connection.close()
