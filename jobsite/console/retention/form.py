"""Deletion by age, by number, or by both."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldBooleanSwitchWidget

from jobs.engine.errors import InvalidSubmission


class RetentionForm(forms.Form):
    """Empty is: not by this."""

    enabled = forms.BooleanField(required=False, label="Delete automatically", widget=UnfoldBooleanSwitchWidget)
    days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=36_500,
        label="By age, in days",
        help_text="Kept for so long after the job's end. Empty: of any age.",
        widget=UnfoldAdminIntegerFieldWidget,
    )
    most = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=10_000_000,
        label="By number of jobs",
        help_text="Kept of so many that ended last. Empty: of any number.",
        widget=UnfoldAdminIntegerFieldWidget,
    )

    def __init__(self, *args: Any, may_change: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.disabled = not may_change

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and data["days"] is None and data["most"] is None:
            raise forms.ValidationError("Give an age, a number, or both: by one of them it must know what is old.")
        return data

    def refuse(self, error: InvalidSubmission) -> None:
        """What the engine says, at its field."""
        name = error.field.rpartition(".")[2]
        self.add_error(name if name in self.fields else None, f"{error.reason}")
