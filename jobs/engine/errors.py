"""What the engine's verbs refuse, in words of the domain; each dialect's `wire.py` maps them."""

from jobs.naming import some_of


class InvalidSubmission(ValueError):
    """A submission that can not be accepted: `field` names what is wrong, dotted, `reason` what would be right."""

    def __init__(self, *, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason

    def below(self, parent: str) -> "InvalidSubmission":
        """The same of a submission that is itself a field of another."""
        return InvalidSubmission(field=f"{parent}.{self.field}", reason=self.reason)


class NoSuchJob(LookupError):
    """No job has this id."""


class NoSuchClass(LookupError):
    """No capacity class has this name."""


class KeyReused(RuntimeError):
    """The idempotency key came with another submission before."""


class KeysJobGone(RuntimeError):
    """The job that the idempotency key has made was deleted since."""


class NoSuchCron(LookupError):
    """No cron has this name."""


class NoSuchActionConfig(LookupError):
    """The action has no default parameters but those of its code."""


class JobEnded(RuntimeError):
    """The job has ended in `status`, which does not allow what was asked."""

    def __init__(self, status: str) -> None:
        super().__init__(f"the job has ended: it is {status}")
        self.status = status


class JobNotEnded(RuntimeError):
    """The job is in `status`: only one that has ended allows what was asked."""

    def __init__(self, status: str) -> None:
        super().__init__(f"the job has not ended: it is {status}")
        self.status = status


class JobFollowed(RuntimeError):
    """Another job has come after this one: a retry of it, or what was to follow it."""

    def __init__(self) -> None:
        super().__init__("another job has followed it already")


class JobReserved(RuntimeError):
    """A job of this action is neither submitted nor run once more by itself; `words` say how one comes about."""

    def __init__(self, action: str, words: str) -> None:
        super().__init__(f"a job of the action {action} is not made in this way: {words}")


class ActionForbidden(RuntimeError):
    """Whoever asks for a job of this action lacks the permission that it needs beside that to submit."""

    def __init__(self, action: str, permission: str) -> None:
        super().__init__(f"the action {action} needs the permission {permission}")
        self.action = action
        self.permission = permission


class TooManyJobs(RuntimeError):
    """A bulk would change more than `most` jobs."""

    def __init__(self, most: int) -> None:
        super().__init__(f"it would change more than {most} jobs")


class NoSuchLock(LookupError):
    """No job ever wanted a lock of this name."""


class LockHeld(RuntimeError):
    """The lock's holder is alive: `holders` are the ids of its jobs."""

    def __init__(self, name: str, holders: list[str]) -> None:
        alive = "is alive" if len(holders) == 1 else "are alive"
        super().__init__(f"the lock {name} is held by job {some_of(holders)}, which {alive}")
        self.holders = holders


class ReasonMissing(InvalidSubmission):
    """A change by hand that has to say why."""

    def __init__(self) -> None:
        super().__init__(
            field="reason", reason="is empty: say in a few words why the lock is freed; the audit keeps it"
        )


class NoSuchWorker(LookupError):
    """No worker has this id."""


class WorkerNotFit(RuntimeError):
    """The worker is in `state`, which does not allow what was asked."""

    def __init__(self, state: str, reason: str) -> None:
        super().__init__(reason)
        self.state = state
