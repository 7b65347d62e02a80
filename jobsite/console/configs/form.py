"""The form of one action's defaults: a field for each parameter of its schema, every error at its field."""

from collections.abc import Mapping
from types import new_class
from typing import Any, cast

from django import forms
from django.forms.fields import InvalidJSONInput
from unfold.widgets import UnfoldAdminTextareaWidget

from jobs.actions.parameters import InvalidParameters, validate_some
from jobs.actions.registry import get_action
from jobs.engine.errors import InvalidSubmission
from jobs.engine.submission import checked_defaults
from jobs.models import ActionConfig
from jobs.seal.form import MASK, masked
from jobsite.console.base.json_text import Decoder
from jobsite.console.configs.fields import as_text, described, field_of, is_secret, read

# Before the names of parameters, which may be any.
_MARK = "parameter."
OTHERS = "others"


class ConfigForm(forms.ModelForm):  # type: ignore[type-arg]
    """Reads and shows; `parameters` is what the engine's verb saves."""

    action_name = ""
    parameters: dict[str, Any]

    class Meta:
        model = ActionConfig
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.schema = get_action(self.action_name).parameters
        self.about = described(self.schema)
        self.stored = dict(self.instance.parameters) if self.instance.pk else {}
        for name, value in self.stored.items():
            if name in self.about and not is_secret(self.about[name]):
                self.initial[_MARK + name] = as_text(value, self.about[name])
        others = {name: value for name, value in self.stored.items() if name not in self.about}
        # Nothing is shown as nothing, not as null.
        self.initial[OTHERS] = masked(others) or InvalidJSONInput("")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors:
            self.parameters = self._given(data)
            for name, value in self.parameters.items():
                # Not a value but a word for the one that is stored.
                if value != MASK:
                    self._judge(name, value)
        if not self.errors:
            try:
                checked_defaults(self.action_name, self.parameters, before=self.stored)
            except InvalidSubmission as error:
                self._refuse(error.field, error.reason)
        return data

    def clean_others(self) -> dict[str, Any]:
        others: dict[str, Any] | None = self.cleaned_data[OTHERS]
        if others is not None and not isinstance(others, dict):
            raise forms.ValidationError("This is not a JSON object.")
        return others or {}

    def _given(self, data: dict[str, Any]) -> dict[str, Any]:
        given = dict(data.get(OTHERS, {}))
        for name, about in self.about.items():
            text = data[_MARK + name]
            if text:
                given[name] = read(text, about)
            elif is_secret(about) and name in self.stored:
                given[name] = MASK
        return given

    def _judge(self, name: str, value: Any) -> None:
        """One at a time: the engine names only the first at fault."""
        try:
            validate_some(self.schema, {name: value})
        except InvalidParameters as error:
            self._refuse(error.field, error.reason)

    def _refuse(self, where: str, reason: str) -> None:
        name, _, below = where.removeprefix("parameters.").partition(".")
        field = _MARK + name if name in self.about else OTHERS if OTHERS in self.fields else None
        self.add_error(field, f"{below}: {reason}" if below else reason)


def form_for(action: str, stored: Mapping[str, Any]) -> type[ConfigForm]:
    """Raises UnknownAction."""
    schema = get_action(action).parameters
    about = described(schema)
    fields: dict[str, Any] = {_MARK + name: field_of(name, each) for name, each in about.items()}
    # What an older version of the action left must go, and so be seen.
    if schema.model_config.get("extra") != "forbid" or stored.keys() - about.keys():
        fields[OTHERS] = _others()
    made = new_class("ActionConfigForm", (ConfigForm,), exec_body=lambda body: body.update(fields, action_name=action))
    return cast("type[ConfigForm]", made)


def _others() -> forms.JSONField:
    return forms.JSONField(
        required=False,
        decoder=Decoder,
        label="Other parameters",
        help_text='A JSON object, as {"key": "value"}.',
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
    )
