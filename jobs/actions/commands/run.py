"""One run of a command action."""

import contextlib
import os
import signal
import subprocess
import time

from jobs.actions.commands.declaration import Command
from jobs.actions.commands.environment import environment
from jobs.actions.commands.output import Output
from jobs.actions.commands.parameters import CommandParameters
from jobs.actions.commands.process import CommandFailed, end, group_alive, held_signals, signal_group, start
from jobs.actions.context import Context, JobCanceled

LOOK_SECONDS = 0.2
# For output that is still on its way when the program itself has ended.
DRAIN_SECONDS = 2.0


def run_command(command: Command, context: Context[CommandParameters]) -> dict[str, int]:
    """Run the program to its end, its output into the job's log; a cancel, or a signal that raises here, stops it."""
    variables = environment(
        command,
        worker=os.environ,
        job_id=context.job_id,
        fence=context.fence,
        parameters=context.parameters.variables(),
    )
    with held_signals() as release:
        process = start(command, variables)
        output = Output(process.stdout, context.log)
        try:
            release()
            _follow(process, output, context)
        except BaseException:
            # However the run was cut: by a cancel, a deadline, a worker's stop.
            _stop(process, output, grace=context.stop_timeout_seconds)
            raise
        finally:
            end(process)
            output.close()
    _judge(command.argv[0], process.returncode)
    return {"exit_code": 0}


def _follow(process: subprocess.Popen[bytes], output: Output, context: Context[CommandParameters]) -> None:
    while process.poll() is None:
        if context.check_canceled():
            raise JobCanceled("the command was stopped")
        _look(process, output)
    output.drain(DRAIN_SECONDS)
    if group_alive(process):
        context.log("killed what the command left running")


def _look(process: subprocess.Popen[bytes], output: Output) -> None:
    """Wait a moment for whatever comes next: output, or the end."""
    if not output.ended:
        output.read(LOOK_SECONDS)
    elif process.poll() is None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_SECONDS)
    else:
        time.sleep(LOOK_SECONDS)


def _stop(process: subprocess.Popen[bytes], output: Output, *, grace: float) -> None:
    """SIGTERM to the group, its last words into the log, SIGKILL after `grace` seconds."""
    signal_group(process, signal.SIGTERM)
    until = time.monotonic() + grace
    try:
        while group_alive(process) and time.monotonic() < until:
            _look(process, output)
    finally:
        signal_group(process, signal.SIGKILL)
        output.drain(0)


def _judge(program: str, code: int) -> None:
    if code < 0:
        raise CommandFailed(f"{program} was killed by {_signal_name(-code)}")
    if code > 0:
        raise CommandFailed(f"{program} ended with exit code {code}")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
