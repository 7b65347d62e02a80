"""What can be wrong with a schedule. Each text says what would be right."""


class InvalidSchedule(ValueError):
    """Text that is no schedule; `field` is the one of the six that is wrong, or `schedule` for the whole."""

    def __init__(self, reason: str, *, field: str = "schedule") -> None:
        super().__init__(reason)
        self.field = field


class Never(InvalidSchedule):
    """It has no next run: a date that no calendar has, or one beyond the last year that a datetime holds."""


class UnknownZone(ValueError):
    """A name that the time zone database does not hold."""
