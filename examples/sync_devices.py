"""The action `sync_devices`: bring the running configurations of devices to what templates and inventory say."""

from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from pydantic import ConfigDict, model_validator

from examples.configuration import Change, RenderFailed, change_score, compare, read_running, render, write_running
from examples.inventory import Inventory, KnownDevice, KnownGroup, read_inventory
from examples.sample_home import sample_home
from jobs.actions import Context, LockNeed, Parameters, action


class SyncParameters(Parameters):
    """Exactly one of `hostname`, `group` and `all`. Other keys, as the original has, are named in the log."""

    model_config = ConfigDict(extra="ignore")

    hostname: KnownDevice | None = None
    group: KnownGroup | None = None
    all: bool = False
    dry_run: bool = True

    @model_validator(mode="after")
    def _select_once(self) -> Self:
        chosen = [self.hostname is not None, self.group is not None, self.all]
        if sum(chosen) != 1:
            raise ValueError("select devices by exactly one of hostname, group and all")
        return self


def selected(parameters: SyncParameters, inventory: Inventory | None = None) -> list[str]:
    """Names of the devices that a run with these parameters takes, in its order."""
    inventory = inventory or read_inventory()
    if parameters.hostname is not None:
        return [parameters.hostname]
    return inventory.members(parameters.group) if parameters.group is not None else sorted(inventory.devices)


def _locks(parameters: SyncParameters) -> list[LockNeed]:
    return [] if parameters.dry_run else [LockNeed(name="devices")]


@action(
    "sync_devices",
    parameters=SyncParameters,
    locks=_locks,
    cancel="check",
    stop_timeout=timedelta(minutes=10),
    # Every device brings its whole configuration.
    max_result=32 * 1024 * 1024,
    devices=selected,
)
def sync_devices(context: Context[SyncParameters]) -> dict[str, Any]:
    """Render the configurations of one device, a group or all, compare them and, unless `dry_run`, write them."""
    run = _Run(context)
    names = selected(context.parameters, run.inventory)
    context.progress(0, len(names))
    for done, name in enumerate(names, start=1):
        # What was done stays done, so a cancel keeps its result.
        if context.check_canceled():
            context.log(f"stopped by a cancel; not touched: {', '.join(names[done - 1 :])}")
            break
        run.sync(name)
        context.finished(name)
        context.progress(done, len(names))
    context.change_score(change_score(run.changes))
    return {"devices": run.devices}


class _Run:
    """One run over several devices: what it reads, and what it has found so far."""

    def __init__(self, context: Context[SyncParameters]) -> None:
        self.home: Path = sample_home()
        self.inventory = read_inventory()
        self.changes: list[Change] = []
        self.devices: dict[str, Any] = {}
        self._context = context
        self._live = not context.parameters.dry_run
        ignored = sorted(set(context.sent) - set(SyncParameters.model_fields))
        if ignored:
            context.log(f"ignored parameters: {', '.join(ignored)}")

    def sync(self, name: str) -> None:
        """Render, compare, write one device; what goes wrong with it stays with it."""
        try:
            config = self._render(name)
        except RenderFailed as error:
            self._keep(name, _generated(str(error), failed=True), _synced(result="not tried: no configuration"))
            self._context.log(f"{name}: {error}")
            return
        try:
            change = self._apply(name, config)
        except (OSError, UnicodeError) as error:
            self._keep(name, _generated(config), _synced(result=str(error)))
            self._context.log(f"{name}: {error}")
            return
        self.changes.append(change)
        self._keep(name, _generated(config), _synced(diff=change.diff))
        self._context.log(f"{name}: {self._in_words(change)}")

    def _render(self, name: str) -> str:
        return render(self.home / "templates", self.inventory.device(name).template, self.inventory.variables_of(name))

    def _apply(self, name: str, config: str) -> Change:
        running = self.home / "running"
        change = compare(read_running(running, name), config)
        if self._live and change.diff:
            write_running(running, name, config)
        return change

    def _keep(self, name: str, generated: dict[str, Any], synced: dict[str, Any]) -> None:
        failed = generated["failed"] or synced["failed"]
        tasks = [_task("push_sync_device", failed=failed), generated, synced]
        self.devices[name] = {"failed": failed, "job_tasks": tasks}

    def _in_words(self, change: Change) -> str:
        if not change.diff:
            return "no change"
        return (
            f"{change.added} lines added, {change.removed} removed{'' if self._live else ' (dry run: nothing written)'}"
        )


def _generated(result: str, *, failed: bool = False) -> dict[str, Any]:
    return _task("Generate device config", result=result, failed=failed)


def _synced(*, diff: str = "", result: str | None = None) -> dict[str, Any]:
    """Only a step that failed has something to say beside its diff."""
    return _task("Sync device config", diff=diff, result=result, failed=result is not None)


def _task(name: str, *, diff: str = "", failed: bool = False, result: str | None = None) -> dict[str, Any]:
    return {"diff": diff, "failed": failed, "result": result, "task_name": name}
