"""The TOML file that declares command actions: what it may say, and whom it may belong to."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from jobs.actions import get_action
from jobs.actions.commands import InvalidCommands, install
from jobs.actions.commands.declaration import read_commands
from jobs.actions.registry import LockNeed

EXAMPLE = Path(__file__).parents[2] / "examples" / "commands.toml"
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(text: str) -> Path:
        path = tmp_path / "commands.toml"
        path.write_text(text)
        path.chmod(0o600)
        return path

    return _write


def test_every_field_is_read(write: Write) -> None:
    path = write(
        """
        [commands.backup]
        argv = ["tar", "-c", "."]
        description = "Back up."
        directory = "/srv"
        capacity = { backup = 2 }
        locks = ["backups", { name = "devices", mode = "shared" }]
        retries = 3
        deadline = "1h30m"
        stop_timeout = "5s"
        env = { LEVEL = "9" }
        env_from_worker = ["HTTPS_PROXY"]
        parameters = [{ name = "days", type = "integer", default = 30 }]
        """
    )
    command = read_commands(path)["backup"]
    assert command.argv == ["tar", "-c", "."]
    assert command.capacity == {"backup": 2}
    assert command.locks == [LockNeed(name="backups"), LockNeed(name="devices", mode="shared")]
    assert (command.deadline, command.stop_timeout) == (timedelta(minutes=90), timedelta(seconds=5))
    assert (command.retries, command.directory, command.env) == (3, "/srv", {"LEVEL": "9"})


def test_only_argv_is_required(write: Write) -> None:
    assert read_commands(write('[commands.now]\nargv = ["date"]'))["now"].parameters is None


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("", "commands.x.argv: Field required"),
        ("argv = []", "commands.x.argv: List should have at least 1 item"),
        ('argv = "rm -rf /tmp/x"', "commands.x.argv: Input should be a valid list"),
        ('argv = ["a", 1]', "commands.x.argv.1: Input should be a valid string"),
        ('argv = ["a\\u0000"]', "commands.x.argv.0: holds a NUL"),
        ('argv = ["a"]\nshell = true', "commands.x.shell: Extra inputs are not permitted"),
        ('argv = ["a"]\nretries = "2"', "commands.x.retries: Input should be a valid integer"),
        ('argv = ["a"]\nretries = 101', "commands.x.retries: Input should be less than or equal to 100"),
        ('argv = ["a"]\ndeadline = 60', "commands.x.deadline: must be a duration in quotes"),
        ('argv = ["a"]\ndeadline = "soon"', "commands.x.deadline: 'soon' is not a duration"),
        ('argv = ["a"]\ndirectory = "tmp"', "commands.x.directory: String should match"),
        ('argv = ["a"]\ncapacity = { scan = 0 }', "commands.x.capacity: "),
        ('argv = ["a"]\nlocks = ["not a name"]', "commands.x.locks.0: is not a lock"),
        ('argv = ["a"]\nlocks = [{ name = "a", mode = "both" }]', "commands.x.locks.0.mode: "),
        ('argv = ["a"]\nenv = { SECRET_KEY = "x" }', "commands.x.env.SECRET_KEY: SECRET_KEY is reserved"),
        ('argv = ["a"]\nenv = { PARAM_A = "x" }', "commands.x.env.PARAM_A: PARAM_A is reserved"),
        ('argv = ["a"]\nenv_from_worker = ["DATABASE_URL"]', "commands.x.env_from_worker.0: DATABASE_URL is reserved"),
        ('argv = ["a"]\nparameters = [{ name = "a b" }]', "commands.x.parameters.0.name: "),
        ('argv = ["a"]\nparameters = [{ name = "a" }, { name = "A" }]', "commands.x.parameters: two of them"),
        ('argv = ["a"]\nparameters = [{ name = "a", type = "int" }]', "commands.x.parameters.0.type: "),
        ('argv = ["a"]\nparameters = [{ name = "a", type = "integer", default = "x" }]', "default 'x' is not what a"),
        ('argv = ["a"]\nparameters = [{ name = "a", required = true, default = "x" }]', "a is required and has a"),
    ],
)
def test_a_broken_entry_is_named_with_its_field(write: Write, entry: str, message: str) -> None:
    with pytest.raises(InvalidCommands) as refused:
        read_commands(write(f"[commands.x]\n{entry}"))
    assert message in str(refused.value)


def test_a_name_that_no_action_may_have_is_named(write: Write) -> None:
    with pytest.raises(InvalidCommands, match=r"commands\.not a name: "):
        read_commands(write('[commands."not a name"]\nargv = ["a"]'))


def test_a_file_that_is_not_toml_is_refused_with_the_line(write: Write) -> None:
    with pytest.raises(InvalidCommands, match=r"is not TOML: .*line 1"):
        read_commands(write("argv = date"))


def test_a_file_that_others_can_write_is_refused(write: Write) -> None:
    path = write('[commands.now]\nargv = ["date"]')
    path.chmod(0o620)
    with pytest.raises(InvalidCommands, match=r"can be written by others \(mode 0620\): chmod go-w"):
        read_commands(path)


def test_a_file_in_a_folder_that_others_can_write_is_refused(write: Write, tmp_path: Path) -> None:
    path = write('[commands.now]\nargv = ["date"]')
    tmp_path.chmod(0o777)
    with pytest.raises(InvalidCommands, match=r"the folder .* can be written by others"):
        read_commands(path)


def test_in_a_sticky_folder_others_can_not_replace_it(write: Write, tmp_path: Path) -> None:
    path = write('[commands.now]\nargv = ["date"]')
    tmp_path.chmod(0o1777)
    assert list(read_commands(path)) == ["now"]


def test_a_file_of_somebody_else_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write('[commands.now]\nargv = ["date"]')
    monkeypatch.setattr("jobs.actions.commands.trust.TRUSTED_USERS", {4_000_000_000})
    with pytest.raises(InvalidCommands, match="belongs to user id"):
        read_commands(path)


def test_a_missing_file_and_a_pipe_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidCommands, match="No such file"):
        read_commands(tmp_path / "none.toml")
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(InvalidCommands, match="not a regular file"):
        read_commands(tmp_path / "pipe")


def test_a_command_named_like_an_action_that_exists_is_refused(write: Write) -> None:
    with pytest.raises(InvalidCommands, match=r"commands\.noop: two actions are named 'noop'"):
        install(write('[commands.noop]\nargv = ["true"]'))


def test_an_installed_command_is_an_action(write: Write, forget_actions: None) -> None:
    install(write('[commands.tell_time]\nargv = ["date"]\ncapacity = { clock = 1 }\nretries = 2'))
    action = get_action("tell_time")
    assert (action.capacity, action.retries, action.cancel) == ({"clock": 1}, 2, "signal")


def test_the_example_that_newcomers_are_given_is_right(write: Write) -> None:
    assert set(read_commands(write(EXAMPLE.read_text()))) == {"count_down", "disk_usage"}
