"""Real programs, from their start to the end of all they started."""

import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from jobs.actions.commands.declaration import Command
from jobs.actions.commands.parameters import AnyCommandParameters
from jobs.actions.commands.process import CommandFailed
from jobs.actions.commands.run import run_command
from jobs.actions.context import JobCanceled
from jobs.actions.registry import Action
from tests.actions.reporter import ListReporter, context_for

pytestmark = pytest.mark.slow


class Deadline(BaseException):
    """What a runner's signal handler may raise."""


def run(command: Command, reporter: ListReporter, sent: dict[str, Any] | None = None, *, grace: float = 10) -> Any:
    action = Action(name="x", run=partial(run_command, command), parameters=AnyCommandParameters)
    return action.run(context_for(action, sent, reporter=reporter, fence={"devices": 3}, stop_timeout_seconds=grace))


def shell(script: str) -> Command:
    return Command(argv=["sh", "-c", script])


def gone(pid: int) -> bool:
    """Has the process ended, reaped or not? Waits at most 10 s for the kernel."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
    return False


def test_output_and_errors_become_log_lines_in_their_order() -> None:
    reporter = ListReporter()
    assert run(shell("echo one; echo two >&2; printf three"), reporter) == {"exit_code": 0}
    assert reporter.lines == ["one", "two", "three"]


def test_lines_come_while_the_program_runs(tmp_path: Path) -> None:
    go = tmp_path / "go"
    os.mkfifo(go)
    reporter = ListReporter()
    # The program ends only because its first line was seen before its end.

    def answer(line: str) -> None:
        if line == "ready":
            go.write_text("go\n")

    reporter.on_log = answer
    run(shell(f"echo ready; read word < '{go}'; echo $word"), reporter)
    assert reporter.lines == ["ready", "go"]


def test_a_question_without_an_end_of_line_is_shown_while_the_program_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.actions.commands.output.PARTIAL_AFTER_SECONDS", 0.1)
    reporter = ListReporter()
    reporter.on_log = lambda _line: reporter.cancel()
    with pytest.raises(JobCanceled):
        run(shell("printf 'Password: '; exec sleep 1000"), reporter)
    assert reporter.lines == ["Password: "]


def test_the_environment_is_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "do not tell")
    reporter = ListReporter()
    run(Command(argv=["env"]), reporter, {"device": "eosdist"})
    names = {line.partition("=")[0] for line in reporter.lines}
    assert names == {"PATH", "HOME", "LANG", "TZ", "JOB_ID", "FENCE", "PARAM_DEVICE"}
    assert {"PARAM_DEVICE=eosdist", "FENCE=3"} <= set(reporter.lines)


def test_arguments_reach_the_program_as_they_stand_in_the_file() -> None:
    reporter = ListReporter()
    run(Command(argv=["printf", "%s\n", "$HOME", "a b", "$(id)"]), reporter)
    assert reporter.lines == ["$HOME", "a b", "$(id)"]


def test_a_program_reads_nothing_and_starts_in_its_folder(tmp_path: Path) -> None:
    reporter = ListReporter()
    run(Command(argv=["sh", "-c", "cat; pwd"], directory=str(tmp_path)), reporter)
    assert reporter.lines == [str(tmp_path.resolve())]


@pytest.mark.parametrize(
    ("script", "message"),
    [("exit 3", "sh ended with exit code 3"), ("kill -SEGV $$", "sh was killed by SIGSEGV")],
)
def test_a_program_that_fails_fails_the_job_and_says_how(script: str, message: str) -> None:
    with pytest.raises(CommandFailed, match=message):
        run(shell(script), ListReporter())


def test_a_program_that_is_not_there_fails_the_job() -> None:
    with pytest.raises(CommandFailed, match=r"no-such-program could not be started: .*No such file"):
        run(Command(argv=["no-such-program"]), ListReporter())


def test_a_cancel_asks_the_whole_group_and_keeps_its_last_words() -> None:
    reporter = ListReporter()
    reporter.on_log = lambda line: reporter.cancel() if line == "ready" else None
    with pytest.raises(JobCanceled):
        run(shell("trap 'echo cleaned up; exit 0' TERM; echo ready; sleep 1000 & wait"), reporter)
    assert reporter.lines == ["ready", "cleaned up"]


def test_a_program_that_ignores_sigterm_is_killed_after_the_stop_timeout() -> None:
    reporter = ListReporter()
    reporter.on_log = lambda line: reporter.cancel() if line.isdecimal() else None
    with pytest.raises(JobCanceled):
        run(shell("trap '' TERM; sleep 1000 & echo $!; wait; wait"), reporter, grace=0.3)
    assert gone(int(reporter.lines[0]))


def test_a_signal_that_raises_in_the_action_stops_the_program() -> None:
    reporter = ListReporter()
    before = signal.signal(signal.SIGUSR1, _raise_deadline)
    reporter.on_log = lambda line: os.kill(os.getpid(), signal.SIGUSR1) if line.isdecimal() else None
    try:
        with pytest.raises(Deadline):
            run(shell("echo $$; exec sleep 1000"), reporter)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert gone(int(reporter.lines[0]))


# A process of pytest-xdist has threads, one of which would take the signal that the start holds back; a slot has none.
@pytest.mark.alone
def test_a_signal_during_the_start_never_leaves_a_program_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class SignaledAtBirth(subprocess.Popen[bytes]):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            started.append(self)
            os.kill(os.getpid(), signal.SIGUSR1)

    monkeypatch.setattr("jobs.actions.commands.process.subprocess.Popen", SignaledAtBirth)
    before = signal.signal(signal.SIGUSR1, _raise_deadline)
    try:
        with pytest.raises(Deadline):
            run(shell("exec sleep 1000"), ListReporter())
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert started[0].returncode == -signal.SIGTERM


def test_what_the_program_leaves_running_ends_with_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.actions.commands.run.DRAIN_SECONDS", 0.1)
    reporter = ListReporter()
    assert run(shell("sleep 1000 & echo $!"), reporter) == {"exit_code": 0}
    assert reporter.lines[1:] == ["killed what the command left running"]
    assert gone(int(reporter.lines[0]))


def test_output_still_on_its_way_at_the_end_is_kept() -> None:
    reporter = ListReporter()
    run(shell("(sleep 0.3; echo late) & echo early"), reporter)
    assert reporter.lines == ["early", "late"]


def test_a_program_that_closes_its_output_is_waited_for() -> None:
    reporter = ListReporter()
    with pytest.raises(CommandFailed, match="exit code 5"):
        run(shell("exec >&- 2>&-; sleep 0.5; exit 5"), reporter)


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
def test_a_program_dies_with_the_process_that_started_it() -> None:
    source = (
        "from jobs.actions.commands import process, declaration\n"
        "child = process.start(declaration.Command(argv=['sleep', '1000']), {'PATH': '/usr/bin:/bin'})\n"
        "print(child.pid, flush=True)\n"
        "import time; time.sleep(1000)\n"
    )
    setup = "import django; django.setup()\n"
    with subprocess.Popen(
        [sys.executable, "-c", setup + source],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "jobsite.settings"},
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    assert gone(pid)


def test_the_group_of_a_program_that_ended_is_not_alive_even_if_nobody_reaps_its_orphans() -> None:
    reporter = ListReporter()
    reporter.on_log = lambda line: reporter.cancel() if line == "ready" else None
    began = time.monotonic()
    with pytest.raises(JobCanceled):
        run(shell("sleep 1000 & sleep 1000 & trap 'exit 0' TERM; echo ready; wait"), reporter, grace=60)
    assert time.monotonic() - began < 30


def test_two_programs_run_side_by_side_in_two_threads() -> None:
    reporters = [ListReporter(), ListReporter()]
    threads = [threading.Thread(target=run, args=(shell("echo done"), each)) for each in reporters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.lines for each in reporters] == [["done"], ["done"]]


def _raise_deadline(_number: int, _frame: object) -> None:
    raise Deadline
