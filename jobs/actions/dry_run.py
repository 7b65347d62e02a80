"""The parameter `dry_run`: whether a job changes nothing is decided at its submission, and told from then on."""

from typing import Any

from jobs.actions.parameters import Parameters

NAME = "dry_run"


def dry_run_of(parameters: Parameters) -> bool | None:
    """What it came to; None of an action that declares no such boolean."""
    value = getattr(parameters, NAME) if NAME in type(parameters).model_fields else None
    return value if isinstance(value, bool) else None


def completed(
    schema: type[Parameters], sent: dict[str, Any], *, configured: dict[str, Any], dry_run: bool | None
) -> dict[str, Any]:
    """What a job runs with: over the default parameters of now, what it was sent with and what was decided then."""
    whole = {**configured, **sent}
    field = schema.model_fields.get(NAME)
    if dry_run is None or field is None or {NAME, field.alias} & sent.keys():
        return whole
    whole.pop(NAME, None)
    return {**whole, field.alias or NAME: dry_run}
