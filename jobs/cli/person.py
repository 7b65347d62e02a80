"""Who sits at the shell."""

import os
import pwd


def person() -> str:
    """Whose process this is, by the kernel: variables such as USER can be set to any name."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
