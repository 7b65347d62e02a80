"""JSON that a person types into a form of Django's."""

import json
from typing import Any

from jobs.engine.fields import read_whole


class Decoder(json.JSONDecoder):
    """For a JSONField, which tells nothing but a JSONDecodeError at the field."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "parse_int": _whole})

    def decode(self, text: str, *args: Any) -> Any:
        try:
            return super().decode(text, *args)
        except RecursionError:
            raise json.JSONDecodeError("nested too deep", text, 0) from None


def _whole(text: str) -> int:
    try:
        return read_whole(text)
    except ValueError as error:
        raise json.JSONDecodeError(str(error), text, 0) from error
