"""The action `device_upgrade`: bring a firmware image onto devices, several side by side."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from typing import Annotated, Any, Self

from pydantic import AfterValidator, ConfigDict, model_validator

from examples.firmware import FirmwareError, Flash, Image, check_intact, find_image
from examples.inventory import KnownDevice, KnownGroup, read_inventory
from jobs.actions import Context, LockNeed, Parameters, action

SIDE_BY_SIDE = 4


def _known_image(url: str) -> str:
    find_image(url)
    return url


class UpgradeParameters(Parameters):
    """One of `hostname` and `group`. Other keys, as the original has, are named in the log."""

    model_config = ConfigDict(extra="ignore")

    hostname: KnownDevice | None = None
    group: KnownGroup | None = None
    url: Annotated[str, AfterValidator(_known_image)]

    @model_validator(mode="after")
    def _select_once(self) -> Self:
        if (self.hostname is None) == (self.group is None):
            raise ValueError("select devices by exactly one of hostname and group")
        return self


def selected(parameters: UpgradeParameters) -> list[str]:
    """Names of the devices that a run with these parameters takes."""
    if parameters.hostname is not None:
        return [parameters.hostname]
    return read_inventory().members(str(parameters.group))


@action(
    "device_upgrade",
    parameters=UpgradeParameters,
    locks=[LockNeed(name="devices")],
    cancel="check",
    stop_timeout=timedelta(minutes=10),
    devices=selected,
)
def device_upgrade(context: Context[UpgradeParameters]) -> dict[str, Any]:
    """Pre-check, copy, activate and post-check a firmware image on one device or a group, several side by side."""
    image = find_image(context.parameters.url)
    names = selected(context.parameters)
    ignored = sorted(set(context.sent) - set(UpgradeParameters.model_fields))
    if ignored:
        context.log(f"ignored parameters: {', '.join(ignored)}")
    context.progress(0, len(names))
    run = _Run(context, image=image, total=len(names))
    with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="device") as pool:
        devices = dict(zip(names, pool.map(run.upgrade, names), strict=True))
    return {"devices": devices}


@dataclass(slots=True)
class _Device:
    """One device, and the tasks that it has been through."""

    name: str
    platform: str
    flash: Flash
    tasks: list[dict[str, Any]] = field(default_factory=list)


class _Run:
    """Safe to use from the threads of several devices."""

    def __init__(self, context: Context[UpgradeParameters], *, image: Image, total: int) -> None:
        self.image = image
        self._context = context
        self._inventory = read_inventory()
        self._total = total
        self._done = 0
        self._counting = Lock()

    def upgrade(self, name: str) -> dict[str, Any]:
        """Take one device through its steps; what goes wrong with it stays with it."""
        device = _Device(name, self._inventory.device(name).template.removesuffix(".j2"), Flash(name))
        # Once its boot-config is to be changed a device goes on to the end: none is left between two images.
        steps: list[tuple[str, bool, Callable[[_Device], str]]] = [
            ("Pre-check", True, self._check),
            ("Copy image", True, self._copy),
            ("Activate image", True, self._activate),
            ("Post-check", False, self._check_after),
        ]
        for task, stops, run in steps:
            if stops and self._context.check_canceled():
                return self._ended(device, task, "aborted", finished=False)
            self._context.log(f"{name}: {task}")
            try:
                result = run(device)
            except (FirmwareError, OSError) as error:
                return self._ended(device, task, str(error))
            device.tasks.append(_task(task, result=result))
        return self._ended(device)

    def _check(self, device: _Device) -> str:
        if device.platform != self.image.platform:
            raise FirmwareError(f"{self.image.name} is for {self.image.platform}, this is {device.platform}")
        check_intact(self.image.path, self.image)
        device.flash.check_room(self.image)
        return f"boots {device.flash.boots() or 'nothing that is known'}"

    def _copy(self, device: _Device) -> str:
        device.flash.copy(self.image)
        return f"{self.image.path.stat().st_size:,} bytes, verified"

    def _activate(self, device: _Device) -> str:
        device.flash.activate(self.image)
        return f"boots {self.image.name} from now on"

    def _check_after(self, device: _Device) -> str:
        device.flash.check_boots(self.image)
        return f"version {self.image.version}"

    def _ended(self, device: _Device, task: str = "", why: str = "", *, finished: bool = True) -> dict[str, Any]:
        """Why is empty for one that has gone through all its steps."""
        if why:
            device.tasks.append(_task(task, result=why, failed=True))
            self._context.log(f"{device.name}: {task}: {why}")
        if finished:
            self._context.finished(device.name)
        with self._counting:
            self._done += finished
            self._context.progress(self._done, self._total)
        return {"failed": bool(why), "job_tasks": device.tasks}


def _task(name: str, *, result: str, failed: bool = False) -> dict[str, Any]:
    return {"diff": "", "failed": failed, "result": result, "task_name": name}
