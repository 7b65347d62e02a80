"""What the engine's verbs refuse, in words of the domain; each dialect's `wire.py` maps them."""


class InvalidSubmission(ValueError):
    """A submission that can not be accepted: `field` names what is wrong, dotted, `reason` what would be right."""

    def __init__(self, *, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class NoSuchJob(LookupError):
    """No job has this id."""


class NoSuchCron(LookupError):
    """No cron has this name."""


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
