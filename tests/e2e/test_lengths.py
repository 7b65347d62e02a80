"""How long bodies are said to be, both ways, through gunicorn as `up` starts it."""

import http.client
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


class Line:
    """One connection: an answer that ends elsewhere than it says spoils the next."""

    def __init__(self, web: Web) -> None:
        user = User.objects.create(username="ann", is_superuser=True)
        self.login = {"Authorization": f"Bearer {issue_token(user, name='test')}"}
        self.connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=10)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        sent = {**self.login, "Content-Type": "application/json", **headers}
        self.connection.request(method, path, body, sent)
        answer = self.connection.getresponse()
        return answer, answer.read()


@pytest.fixture
def line(transactional_db: None, tmp_path: Path) -> Iterator[Line]:
    with running_web(tmp_path / "web.log") as web:
        line = Line(web)
        yield line
        line.connection.close()


def test_a_body_in_chunks_is_411_in_both_dialects(line: Line, submit: Submit) -> None:
    job = submit("noop")
    abort = f"/api/v1.0/job/{job.pk}"
    for method, path in [
        ("PUT", abort),
        ("DELETE", "/api/v1.0/joblocks"),
        ("POST", f"/api/v0/jobs/{job.uuid}/cancel"),
    ]:
        # Of an iterable http.client does not know the length.
        answer, said = line.ask(method, path, iter([b'{"action": "ABORT", "name": "devices", "reason": "late"}']))
        assert (answer.status, b"Content-Length" in said) == (411, True), path
    assert Job.objects.get(pk=job.pk).status == "waiting"
    assert line.ask("PUT", abort, '{"action": "ABORT"}')[0].status == 200


def test_answers_without_a_body_tell_no_length(line: Line, submit: Submit) -> None:
    url = f"/api/v0/jobs/{submit('noop').uuid}"
    first, _ = line.ask("GET", url)
    same, _ = line.ask("GET", url, **{"If-None-Match": first.headers["ETag"]})
    gone, _ = line.ask("DELETE", url)
    for answer, status in ((same, 304), (gone, 204)):
        assert answer.status == status
        assert not {"Content-Length", "Transfer-Encoding"} & set(answer.headers)
    assert line.ask("GET", url)[0].status == 404
