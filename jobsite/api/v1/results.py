"""`filter_jobresult`: results of device jobs without the long parts that a reader did not ask for."""

from collections.abc import Collection
from typing import Any

from django.http import QueryDict

from jobsite.api.v1.errors import InvalidFilter
from jobsite.api.v1.query import first

# By name, not by place: a device that failed early has fewer tasks.
_TASKS = {"config": "Generate device config", "diff": "Sync device config"}
_FUNCTIONS = "sync_devices"
# For the API description: what `left_out` takes.
_WORD = rf"\s*({'|'.join(_TASKS)})?\s*"
PATTERN = rf"^{_WORD}(,{_WORD})*$"


def left_out(query: QueryDict) -> frozenset[str]:
    """The tasks that `config`, `diff`, or both with a comma between them, mean."""
    words = [word.strip() for word in first(query, "filter_jobresult").split(",") if word.strip()]
    for word in words:
        if word not in _TASKS:
            raise InvalidFilter(f"{word[:60]} is not a valid value for filter_jobresult, use config, diff or both")
    return frozenset(_TASKS[word] for word in words)


def without_tasks(result: Any, function_name: str, names: Collection[str]) -> Any:
    """The result with these tasks left out of each device; whatever has another shape stays as it is."""
    if not names or not function_name.startswith(_FUNCTIONS) or not isinstance(result, dict):
        return result
    devices = result.get("devices")
    if not isinstance(devices, dict):
        return result
    return {**result, "devices": {name: _device(device, names) for name, device in devices.items()}}


def _device(device: Any, names: Collection[str]) -> Any:
    if not isinstance(device, dict) or not isinstance(device.get("job_tasks"), list):
        return device
    kept = [task for task in device["job_tasks"] if not (isinstance(task, dict) and task.get("task_name") in names)]
    return {**device, "job_tasks": kept}
