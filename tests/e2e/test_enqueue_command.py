"""`manage.py enqueue` as a shell runs it: its own process, with real workers or without one."""

import json
import os
import pty
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobs.engine.actor import Actor
from jobs.engine.cancel import cancel
from jobs.models import AuditEvent, Job, JobLog
from jobs.seal.parameters import open_parameters
from jobs.states import Status
from tests.e2e.conftest import RunWorker, process_environ, wait_status, wait_until

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60
USER = pwd.getpwuid(os.getuid()).pw_name

Ran = subprocess.CompletedProcess[str]
Start = Callable[..., "subprocess.Popen[str]"]


def _command(*words: str) -> list[str]:
    return [sys.executable, "manage.py", "enqueue", *words]


def _environ() -> dict[str, str]:
    return {**process_environ(), "TERM": "xterm"}


def enqueue(*words: str, typed: str = "") -> Ran:
    """The command, until it ends by itself."""
    return subprocess.run(
        _command(*words),
        cwd=ROOT,
        env=_environ(),
        input=typed,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


@pytest.fixture
def start(transactional_db: None) -> Iterator[Start]:
    """The command, going on beside the test; its output in one pipe."""
    running: list[subprocess.Popen[str]] = []

    def make(*words: str, **environ: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            _command(*words),
            cwd=ROOT,
            env={**_environ(), **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running.append(process)
        return process

    yield make
    for process in running:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _read_until(process: "subprocess.Popen[str]", word: str) -> list[str]:
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if word in line:
            return lines
    raise AssertionError(f"{word!r} did not come: {lines}")


def test_without_follow_the_id_is_all_that_is_printed(transactional_db: None) -> None:
    done = enqueue(
        *("sleep", "seconds=4", "--retries", "2", "--deadline", "15m", "--stop-timeout", "30s", "--priority", "-5"),
        *("--capacity", "scan=1,scanCheck=2", "--scheduled-at", "2030-01-01T01:00:00+01:00", "--comment", "a word"),
        *("--ticket", "CHG-1", "--lock", "devices", "--lock", "device:eosdist:shared", "--json", '{"k": {"n": [1]}}'),
        "t:=true",
    )
    job = Job.objects.get()
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{job.uuid}\n", "")
    assert job.parameters == {"seconds": "4", "k": {"n": [1]}, "t": True}
    assert job.capacity_map == {"scan": 1, "scanCheck": 2}
    assert (job.retries_total, job.deadline_text, job.stop_timeout_text, job.priority) == (2, "15m", "30s", -5)
    assert job.scheduled_at == datetime(2030, 1, 1, tzinfo=UTC)
    assert (job.comment, job.ticket_ref, job.scheduled_by) == ("a word", "CHG-1", USER)
    assert job.locks == [{"name": "device:eosdist", "mode": "shared"}, {"name": "devices", "mode": "exclusive"}]
    event = AuditEvent.objects.get(verb="enqueue")
    assert (event.dialect, event.user, event.object_id) == ("cli", USER, str(job.uuid))


def test_what_ps_must_not_show_comes_from_standard_input(transactional_db: None) -> None:
    done = enqueue("test_log_in", "user=ann", "--json", "-", typed='{"password": "hunter2"}')
    assert done.returncode == 0, done.stderr
    stored = Job.objects.get().parameters or {}
    assert "hunter2" not in str(stored)
    assert open_parameters(stored) == {"password": "hunter2", "user": "ann"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nop"], "CommandError: action: no action 'nop' is registered; known ones: noop"),
        (["sleep", "seconds=soon"], "CommandError: parameters.seconds: "),
        (["sleep", "seconds"], "CommandError: parameters: 'seconds' is neither key=value nor key:=JSON"),
        (["sleep", "--deadline", "15"], "CommandError: deadline: '15' is not a duration"),
        (["sleep", "--retries", "many"], "argument --retries: invalid int value: 'many'"),
        (["noop", "a=\udcff"], "CommandError: parameters.a: holds half of a surrogate pair"),
        (["noop", "a:=" + "[" * 900 + "]" * 900], "CommandError: parameters.a: is nested deeper than 98 levels"),
        (["noop", "a=1", "a=2"], "CommandError: parameters.a: is given twice"),
        (["noop", "--lock", "a b"], "CommandError: locks: 'a b' is not a lock's name"),
        (["noop", "--capacity", "scan=0"], "CommandError: capacityMap.scan: 0 is not a whole number from 1 to 2^53"),
        ([], "CommandError: name an action."),
    ],
)
def test_what_can_not_be_enqueued_is_one_line_and_exit_2(
    words: list[str], message: str, transactional_db: None
) -> None:
    done = enqueue(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not Job.objects.exists()


def test_a_followed_job_shows_why_it_waits_its_log_and_its_result(
    run_worker: RunWorker, start: Start, tmp_path: Path
) -> None:
    following = start("sleep", "--follow", "seconds=1.5")
    shown = _read_until(following, "no worker is running")
    assert shown == [str(Job.objects.get().uuid), "waiting: no worker is running"]
    run_worker()
    rest, _ = following.communicate(timeout=PATIENCE_SECONDS)
    assert following.returncode == 0
    lines = rest.splitlines()
    assert lines.index("running on w1") < lines.index("sleeping for 1.5 s")
    end = next(place for place, line in enumerate(lines) if line.startswith("done after 1.5 s on w1"))
    assert json.loads("\n".join(lines[end + 1 :])) == {"slept_seconds": 1.5}


def test_a_failing_job_ends_the_follower_with_1_and_its_error(run_worker: RunWorker) -> None:
    run_worker()
    done = enqueue("false", "--follow")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].endswith(" on w1: RuntimeError: this action always fails")


def test_a_log_line_that_the_output_can_not_encode_is_spelled_out(start: Start) -> None:
    following = start("noop", "--follow", PYTHONIOENCODING="ascii:strict", PYTHONUTF8="0")
    _read_until(following, "no worker is running")
    job = Job.objects.get()
    JobLog.objects.create(job=job, line_number=0, data="caf\u00e9")
    cancel(job.uuid, by=Actor(dialect="cli", user="ada"))
    rest, _ = following.communicate(timeout=PATIENCE_SECONDS)
    assert rest.splitlines() == ["caf\\xe9", "canceled: by ada"]


def test_progress_is_shown_and_a_cancel_from_elsewhere_ends_the_follower(run_worker: RunWorker, start: Start) -> None:
    run_worker()
    following = start("test_chatty", "--follow")
    shown = _read_until(following, "running on w1, 1 of 2, 1 finished, the last eosdist")
    assert {"first line", "second line\ufffd"} < set(shown)
    cancel(Job.objects.get().uuid, by=Actor(dialect="cli", user="ada"), reason="enough")
    rest, _ = following.communicate(timeout=PATIENCE_SECONDS)
    assert following.returncode == 1
    assert rest.splitlines()[-1].startswith("canceled after ")
    assert "by ada: enough" in rest


def test_ctrl_c_leaves_the_job_running_and_says_how_to_cancel_it(
    run_worker: RunWorker, start: Start, tmp_path: Path
) -> None:
    run_worker()
    following = start("test_until_file", "--follow", f"path={tmp_path / 'go'}")
    _read_until(following, "running on w1")
    following.send_signal(signal.SIGINT)
    rest, _ = following.communicate(timeout=PATIENCE_SECONDS)
    job = Job.objects.get()
    assert following.returncode == 130
    assert rest == f"the job goes on; to cancel it: POST /api/v0/jobs/{job.uuid}/cancel\n"
    assert job.status == Status.RUNNING
    (tmp_path / "go").touch()
    wait_status(job, Status.DONE)


def test_a_reader_that_has_seen_enough_ends_the_follower_quietly(
    run_worker: RunWorker, start: Start, tmp_path: Path
) -> None:
    following = start("test_until_file", "--follow", f"path={tmp_path / 'go'}")
    _read_until(following, "no worker is running")
    assert following.stdout is not None
    following.stdout.close()
    run_worker()
    assert following.wait(PATIENCE_SECONDS) == 1
    (tmp_path / "go").touch()


def test_lines_of_one_long_log_are_shown_once_and_in_order(start: Start) -> None:
    """More than one batch of them, there before the follower looks a second time."""
    following = start("noop", "--follow")
    _read_until(following, "no worker is running")
    job = Job.objects.get()
    JobLog.objects.bulk_create(JobLog(job=job, line_number=number, data=f"line {number}") for number in range(2500))
    cancel(job.uuid, by=Actor(dialect="cli", user="ada"))
    rest, _ = following.communicate(timeout=PATIENCE_SECONDS)
    assert rest.splitlines() == [*(f"line {number}" for number in range(2500)), "canceled: by ada"]


def test_a_retry_of_a_followed_job_is_followed_too(start: Start) -> None:
    following = start("noop", "--follow", "--retries", "1")
    _read_until(following, "no worker is running")
    first = Job.objects.get()
    now = datetime.now(UTC)
    copied = {"action": "noop", "capacity_class_id": first.capacity_class_id, "retry_from": first}
    Job.objects.create(
        **copied, uuid="01900000-0000-7000-8000-000000000001", status="done", started_at=now, ended_at=now
    )
    Job.objects.filter(pk=first.pk).update(status="errored", started_at=now, ended_at=now, exception={"type": "Sad"})
    rest, _ = following.communicate(timeout=PATIENCE_SECONDS)
    assert following.returncode == 0
    assert rest.splitlines() == ["errored after 0.0 s: Sad", "it is tried again", "done after 0.0 s"]


def test_a_job_that_is_deleted_meanwhile_ends_the_follower(start: Start) -> None:
    following = start("noop", "--follow")
    _read_until(following, "no worker is running")
    Job.objects.all().delete()
    rest, _ = following.communicate(timeout=PATIENCE_SECONDS)
    assert (following.returncode, rest) == (1, "deleted\n")


def test_on_a_terminal_a_bar_lives_and_foreign_text_stays_text(transactional_db: None) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        _command("noop", "--follow"), cwd=ROOT, env=_environ(), stdout=theirs, stderr=theirs, stdin=theirs
    )
    os.close(theirs)
    try:
        wait_until(Job.objects.exists)
        job = Job.objects.get()
        JobLog.objects.create(job=job, line_number=0, data="[red]\x1b[2Jnot\x07 markup[/x]")
        time.sleep(1.5)  # The one thing to see is a picture that changes with time.
        Job.objects.filter(pk=job.pk).update(
            status="errored", started_at=job.scheduled_at, ended_at=job.scheduled_at, exception={"type": "Sad"}
        )
        shown = _all_of(ours)
    finally:
        process.kill()
        os.close(ours)
    assert process.wait() == 1
    assert "waiting" in shown
    assert "no worker is running" in shown
    assert "[red]not\ufffd markup[/x]" in shown
    assert "\x1b[1;31merrored after 0.0 s: Sad" in shown
    assert "\x1b[?25h" in shown, "the cursor must come back"


def _all_of(terminal: int) -> str:
    """What was written until the other side closed, which a terminal tells as an error."""
    data = b""
    try:
        while chunk := os.read(terminal, 65536):
            data += chunk
    except OSError:
        pass
    return data.decode()


def test_the_actions_are_listed_with_a_line_each() -> None:
    done = enqueue("--list")
    assert done.returncode == 0
    assert ["sleep", "Sleep for `seconds`, 60 unless given."] in [
        line.split(maxsplit=1) for line in done.stdout.splitlines()
    ]
    assert "bulk" not in done.stdout.split(), "it has a way of its own"
