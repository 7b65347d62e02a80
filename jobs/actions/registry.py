"""The named functions that a job can run, filled by `@action` when an app's `actions.py` is imported."""

import difflib
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from django.utils.crypto import salted_hmac

from jobs.actions.context import Context
from jobs.actions.parameters import AnyParameters, Parameters
from jobs.backoff import BASE

Run = Callable[[Context[Any]], Any]
MAX_RESULT_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class LockNeed:
    """A named lock that a job takes at its claim: all of a job's locks or none."""

    name: str
    mode: Literal["exclusive", "shared"] = "exclusive"


LocksOf = Callable[[Any], list[LockNeed]]
UniqueOf = Callable[[Any], str]
DevicesOf = Callable[[Any], list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One action with the defaults that a submission may override. `max_result` is in bytes of JSON."""

    name: str
    run: Run
    description: str = ""
    parameters: type[Parameters] = AnyParameters
    capacity: Mapping[str, int] | None = None
    locks: list[LockNeed] | LocksOf = field(default_factory=list)
    retries: int = 0
    # Before the first retry; doubled before each further one.
    backoff: timedelta = BASE
    # Errors that another attempt would only repeat.
    no_retry: tuple[type[BaseException], ...] = ()
    deadline: timedelta | None = None
    stop_timeout: timedelta | None = None
    cancel: Literal["signal", "check"] = "signal"
    max_result: int = MAX_RESULT_BYTES
    # Of the jobs of this action that wait, one has the key; submitting it again answers that one. True: the parameters,
    # with all defaults filled in. Or a function of them that returns a string. A retry bears no key: it must never
    # fail because somebody has submitted the same meanwhile.
    unique: bool | UniqueOf = False
    # How jobs of this action come about, in words, if no submission may name it.
    reserved: str = ""
    # The permission, as `jobs.delete_job`, of a person who submits or retries one, beside that to submit or to retry.
    # Whoever may make a cron has decided for all who may run it.
    needs: str = ""
    # Names of the devices that a run with these parameters takes; None for an action that is not about devices.
    devices: DevicesOf | None = None

    def locks_for(self, parameters: Parameters) -> list[LockNeed]:
        """The locks that a run with these parameters needs."""
        return self.locks(parameters) if callable(self.locks) else self.locks

    def unique_key_for(self, parameters: Parameters) -> str | None:
        """The key of a job with these parameters; None if the action declares none. A digest: any length fits."""
        if not self.unique:
            return None
        if callable(self.unique):
            text = str(self.unique(parameters))
        else:
            text = json.dumps({**parameters.model_dump(mode="json"), **parameters.secrets()}, sort_keys=True)
        data = text.encode("utf-8", "surrogatepass")
        # Of a secret a plain digest could be found out by trying.
        keyed = self.parameters.has_secrets()
        return (salted_hmac("jobs.unique_key", data, algorithm="sha256") if keyed else hashlib.sha256(data)).hexdigest()


class UnknownAction(LookupError):
    """No action of this name is registered; `near` are the known names most like it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.near = difflib.get_close_matches(name, _actions, n=3, cutoff=0.5) or sorted(_actions)[:10]
        super().__init__(f"no action {name!r} is registered; known ones: {', '.join(self.near)}")


_actions: dict[str, Action] = {}


def action(name: str, **options: Any) -> Callable[[Run], Run]:
    """Register the decorated function as the action `name`; `options` are the fields of Action.

    What it returns is the job's result, kept as JSON. A `Follow` names the job that comes next, and holds the result.
    """

    def decorate(run: Run) -> Run:
        register(Action(name=name, run=run, description=(run.__doc__ or "").strip(), **options))
        return run

    return decorate


def register(new: Action) -> None:
    """Add an action; a name that is taken already is an error of the installation, found at start."""
    if new.name in _actions:
        raise ValueError(f"two actions are named {new.name!r}")
    _actions[new.name] = new


def get_action(name: str) -> Action:
    """The action of this name, or UnknownAction."""
    try:
        return _actions[name]
    except KeyError:
        raise UnknownAction(name) from None


def reserved_for(name: str) -> str:
    """How jobs of this action come about, if nobody may submit one by itself; else ""."""
    return _actions[name].reserved if name in _actions else ""


def needs_of(name: str) -> str:
    """The permission that a person needs to have a job of this action made, beside that to submit; else ""."""
    return _actions[name].needs if name in _actions else ""


def registered_actions() -> list[Action]:
    """All actions, by name."""
    return [_actions[name] for name in sorted(_actions)]
