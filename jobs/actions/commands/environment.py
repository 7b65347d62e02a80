"""The clean environment of a command: nothing of the worker's own but what is named here or in the file."""

import json
from collections.abc import Mapping
from uuid import UUID

from jobs.actions.commands.declaration import Command

_DEFAULTS = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/", "LANG": "C.UTF-8", "TZ": "UTC"}


def environment(
    command: Command,
    *,
    worker: Mapping[str, str],
    job_id: UUID,
    fence: Mapping[str, int],
    parameters: Mapping[str, str],
) -> dict[str, str]:
    """All variables of one run; `worker` is the environment of the worker itself."""
    return {
        **{name: worker.get(name, value) for name, value in _DEFAULTS.items()},
        **{name: worker[name] for name in command.env_from_worker if name in worker},
        **command.env,
        **parameters,
        "JOB_ID": str(job_id),
        "FENCE": _fence(fence),
    }


def _fence(fence: Mapping[str, int]) -> str:
    """The number itself for the usual single lock, `{"name": number}` for several, empty without."""
    if len(fence) > 1:
        return json.dumps(dict(fence), sort_keys=True)
    return "".join(str(number) for number in fence.values())
