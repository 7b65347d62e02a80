"""Children that die, that keep dying, that will not stop."""

import errno
import io
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jobsite.up.errors import Refused, StopAskedFor
from jobsite.up.logs import Logs
from jobsite.up.paths import Paths, hold
from jobsite.up.process import birth
from jobsite.up.programs import Command
from jobsite.up.signals import Signals
from jobsite.up.supervisor import Supervisor, describe

pytestmark = pytest.mark.slow


class Scene:
    """A supervisor whose output can be read."""

    def __init__(self, paths: Paths) -> None:
        self.out = io.StringIO()
        self.signals = Signals()
        self.logs = Logs(self.out, self.signals)
        self.supervisor = Supervisor(paths, self.logs)

    def start(self, name: str, code: str) -> int:
        program = Command(name=name, argv=(sys.executable, "-u", "-c", code), environ=dict(os.environ))
        return self.supervisor.start(program).pid

    def look_until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < end, self.out.getvalue()
            self.supervisor.look()

    def says(self, text: str) -> Callable[[], bool]:
        return lambda: text in self.out.getvalue()


@pytest.fixture
def scene(top: Path) -> Iterator[Scene]:
    paths = Paths(top)
    with hold(paths):
        made = Scene(paths)
        yield made
        made.supervisor.stop(made.supervisor.names, seconds=0.1)


WAIT = "import time; print('here'); time.sleep(60)"


def test_each_line_carries_the_name_of_its_process(scene: Scene) -> None:
    scene.start("web", "print('one\\ntwo'); import time; time.sleep(60)")
    scene.look_until(scene.says("web      | two\n"))
    assert "web      | one\n" in scene.out.getvalue()


def test_the_last_word_waits_until_all_others_have_had_theirs(scene: Scene) -> None:
    scene.start("web", "import time\nfor n in range(5): print(n); time.sleep(0.1)\ntime.sleep(60)")
    scene.look_until(scene.says("web      | 0\n"))
    scene.logs.settle(silence=1, at_most=20)
    assert scene.out.getvalue().endswith("web      | 4\n")


def test_what_has_no_end_of_line_is_told_when_the_process_ends(scene: Scene) -> None:
    scene.start("web", "import sys; sys.stdout.buffer.write(b'half \\xff')")
    scene.look_until(scene.says("web      | half \ufffd\n"))


def test_a_terminal_that_has_gone_stops_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(text: str) -> int:
        raise OSError(errno.EIO, text)

    monkeypatch.setattr(scene.out, "write", gone)
    pid = scene.start("web", "print('one'); import time; time.sleep(60)")
    scene.look_until(lambda: scene.logs.last("web") == "one")
    scene.supervisor.stop({"web"}, seconds=1)
    assert birth(pid) is None


def test_a_process_that_died_is_started_again_with_a_line(scene: Scene) -> None:
    pid = scene.start("web", WAIT)
    scene.look_until(scene.says("here"))
    os.kill(pid, signal.SIGKILL)
    scene.look_until(lambda: scene.out.getvalue().count("here") == 2)
    assert "jobsite  | web ended with signal SIGKILL: starting it again" in scene.out.getvalue()


@pytest.mark.slow
def test_a_process_that_keeps_dying_ends_everything_and_says_why(scene: Scene) -> None:
    scene.start("web", "raise SystemExit('no such table')")
    with pytest.raises(Refused, match=r"(?s)web keeps dying .*exit code 1.*no such table"):
        scene.look_until(lambda: False)


def test_a_stop_asks_first_and_then_kills(scene: Scene) -> None:
    polite = "import signal, time; signal.signal(15, lambda *_: exit(print('bye'))); print('here'); time.sleep(60)"
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('here'); time.sleep(60)"
    pids = [scene.start("web", polite), scene.start("beat", deaf)]
    scene.look_until(lambda: scene.out.getvalue().count("here") == 2)
    began = time.monotonic()
    scene.supervisor.stop({"web", "beat"}, seconds=0.5)
    assert time.monotonic() - began < 3
    assert "web      | bye" in scene.out.getvalue()
    assert [birth(pid) for pid in pids] == [None, None]


def test_what_a_child_leaves_in_its_group_goes_with_it(scene: Scene) -> None:
    scene.start("web", f"import os, time; os.fork() or time.sleep(60); print(os.getpid()); {WAIT}")
    scene.look_until(scene.says("here"))
    grandchild = int(scene.out.getvalue().split("|")[1].split()[0])
    scene.supervisor.stop({"web"}, seconds=1)
    assert birth(grandchild) is None


def test_a_signal_ends_the_waiting(scene: Scene) -> None:
    scene.start("web", WAIT)
    scene.signals.count = 1
    with pytest.raises(StopAskedFor):
        scene.supervisor.look()


@pytest.mark.parametrize(("code", "words"), [(3, "exit code 3"), (-9, "signal SIGKILL"), (0, "exit code 0")])
def test_an_end_is_told_in_words(code: int, words: str) -> None:
    assert describe(code) == words
