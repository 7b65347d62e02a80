"""What the engine refuses of a submission, told at the field of the form that it is about."""

from collections.abc import Mapping

from django.forms import BaseForm

from jobs.engine.errors import InvalidSubmission


def refuse(form: BaseForm, error: InvalidSubmission, *, fields: Mapping[str, str]) -> None:
    """`fields`: names on the wire that are others in the form. Above the form where it has no such field."""
    top, _, below = error.field.partition(".")
    name = fields.get(top, top)
    form.add_error(name if name in form.fields else None, f"{below}: {error.reason}" if below else error.reason)
