"""Who sits at the shell."""

import os
import pwd
import socket

from jobs.engine.actor import Actor


def person() -> str:
    """Whose process this is, by the kernel: variables such as USER can be set to any name."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def at_shell(command: str) -> Actor:
    """Whoever runs `manage.py COMMAND`, for the audit."""
    return Actor(dialect="cli", user=person(), client=f"manage.py {command} on {socket.gethostname()}")
