"""Single fields of a submission, judged by themselves. Each raises InvalidSubmission."""

import math
from datetime import timedelta

from jobs import durations
from jobs.engine.errors import InvalidSubmission
from jobs.seal.form import MARK, is_sealed
from workers import capacity

# Of a whole number. Python reads no text of more than 4300, and no database needs these.
MAX_DIGITS = 300


def read_whole(text: str) -> int:
    """A whole number of JSON, or ValueError in other words than Python's own, which are about Python."""
    if len(text.lstrip("-")) > MAX_DIGITS:
        raise ValueError(f"a number of more than {MAX_DIGITS} digits")
    return int(text)


def storable(name: str, value: object) -> None:
    """Refuse what JSON in PostgreSQL can not hold, naming the key at fault."""
    if isinstance(value, str):
        if "\x00" in value:
            raise InvalidSubmission(field=name, reason="holds a NUL character (\\u0000), which can not be stored")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise InvalidSubmission(
                field=name, reason="holds half of a surrogate pair, which is not Unicode text"
            ) from None
    elif isinstance(value, float) and not math.isfinite(value):
        raise InvalidSubmission(field=name, reason=f"{value} is not a number that JSON knows")
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**MAX_DIGITS:
        raise InvalidSubmission(field=name, reason=f"is a number of more than {MAX_DIGITS} digits")
    elif isinstance(value, dict):
        for key, item in value.items():
            storable(name, key)
            storable(f"{name}.{key[:60]}", item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            storable(f"{name}.{index}", item)


def unsealed(name: str, value: object) -> None:
    """Refuse what has the form of a sealed secret: readers would be shown ***, and a run would open it."""
    if is_sealed(value):
        raise InvalidSubmission(field=name, reason=f"is an object of nothing but {MARK}, as secrets are stored")
    if isinstance(value, dict):
        for key, item in value.items():
            storable(name, key)
            unsealed(f"{name}.{key[:60]}", item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            unsealed(f"{name}.{index}", item)


def typed_units(units: dict[str, int] | None) -> dict[str, int] | None:
    try:
        return None if units is None else capacity.check(dict(units))
    except capacity.InvalidCapacity as error:
        name = f"capacityMap.{error.type_name}" if error.type_name else "capacityMap"
        raise InvalidSubmission(field=name, reason=str(error)) from error


def span(name: str, text: str) -> timedelta | None:
    try:
        return durations.parse(text)
    except durations.InvalidDuration as error:
        raise InvalidSubmission(field=name, reason=str(error)) from error


def whole_number(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InvalidSubmission(field=name, reason=f"{value!r} is not a whole number from {low} to {high}")


def text(name: str, value: str | None, longest: int) -> None:
    storable(name, value)
    if value is not None and len(value) > longest:
        raise InvalidSubmission(field=name, reason=f"is {len(value)} characters long; at most {longest} are kept")
