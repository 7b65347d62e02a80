"""What a person says of a new token: a name, how long it lives, whether it may only read."""

from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

from django import forms
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from jobsite.access.models import AccessToken

if TYPE_CHECKING:
    AnyForm: TypeAlias = forms.ModelForm[AccessToken]
else:
    AnyForm = forms.ModelForm


class TokenForm(AnyForm):
    days = forms.IntegerField(
        min_value=0,
        max_value=36_500,
        initial=90,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="How long it lives; 0 is for ever.",
    )

    class Meta:
        model = AccessToken
        fields = ("name", "read_only")

    def lifetime(self) -> timedelta | None:
        """None for ever."""
        days: int = self.cleaned_data["days"]
        return timedelta(days=days) if days else None
