"""The form of a cron: what the engine refuses stands at its field."""

from typing import Any, cast

from django import forms
from django.forms.fields import InvalidJSONInput
from unfold.widgets import UnfoldAdminSelectWidget

from jobs.actions import registered_actions
from jobs.engine.crons.spec import CronSpec, check_cron
from jobs.engine.errors import InvalidSubmission
from jobs.engine.submission import Submission
from jobs.models import Cron
from jobsite.console.base.json_text import Decoder
from jobsite.console.base.refusals import refuse

# Names on the wire that are others here.
_FIELDS = {
    "capacityMap": "capacity_map",
    "deadline": "deadline_text",
    "stopTimeout": "stop_timeout_text",
    "graceSeconds": "grace_seconds",
}
_JSON = {"parameters", "capacity_map", "locks"}
HELP = {
    "schedule": "sec min hour day-of-month month day-of-week, as 57 54 3 * * *; or @daily, @hourly, @every 90s.",
    "timezone": "UTC, Europe/Berlin, ...",
    "misfire": "What becomes of runs that were missed while no beat was there: nothing, one run for all, all of them.",
    "grace_seconds": "A run that was missed for longer than that is skipped.",
    "overlap": "While a job of this cron has not ended: start another, skip, or cancel it for the new one.",
    "deadline_text": "From the start, as 15m or 1h30m; then it is stopped.",
    "stop_timeout_text": "From the stop to the kill, as 30s; 0s is at once.",
    "parameters": 'A JSON object, as {"days": 90}.',
    "capacity_map": 'Units that each job needs, as {"scan": 1}; empty for what the action declares.',
    "locks": 'As [{"name": "devices", "mode": "exclusive"}]; the action\'s own are added.',
}
LABELS = {
    "grace_seconds": "Grace in seconds",
    "deadline_text": "Deadline",
    "stop_timeout_text": "Stop timeout",
    "capacity_map": "Capacity",
}


class CronForm(forms.ModelForm):  # type: ignore[type-arg]
    """Reads and shows; `spec` is what the engine's verb saves."""

    spec: CronSpec

    class Meta:
        model = Cron
        exclude = ()  # noqa: DJ006 - the page names the fields
        help_texts = HELP
        labels = LABELS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in _JSON.intersection(self.fields):
            self.fields[name].widget.attrs["rows"] = 4
            cast("forms.JSONField", self.fields[name]).decoder = Decoder
            if self.initial.get(name) is None:
                # What is not sent is shown as nothing, not as null.
                self.initial[name] = InvalidJSONInput("")
        if "action" in self.fields:
            names = {action.name for action in registered_actions()} | {self.instance.action}
            self.fields["action"].widget = UnfoldAdminSelectWidget(choices=[(name, name) for name in sorted(names)])
        if "name" in self.fields:
            self.fields["name"].required = False
            self.fields["name"].help_text = "The action's unless given. It can not be changed later."

    def clean_parameters(self) -> Any:
        return self._json("parameters", dict, "a JSON object")

    def clean_capacity_map(self) -> Any:
        return self._json("capacity_map", dict, "a JSON object")

    def clean_locks(self) -> Any:
        locks = self._json("locks", list, "a JSON array")
        if any(not isinstance(lock, dict) for lock in locks or []):
            raise forms.ValidationError("Each lock is an object with a name and a mode.")
        return locks

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors:
            self.spec = self._spec(data)
            try:
                # The row's own name, which the model would miss otherwise.
                data["name"] = check_cron(self.spec).name
            except InvalidSubmission as error:
                refuse(self, error, fields=_FIELDS)
        return data

    def _json(self, name: str, kind: type, words: str) -> Any:
        value = self.cleaned_data[name]
        if value is not None and not isinstance(value, kind):
            raise forms.ValidationError(f"This is not {words}.")
        return value

    def _spec(self, data: dict[str, Any]) -> CronSpec:
        job = {name: data[name] for name in ("action", "parameters", "capacity_map", "retries", "priority", "locks")}
        own = ("schedule", "timezone", "enabled", "misfire", "grace_seconds", "overlap")
        return CronSpec(
            job=Submission(**job, deadline=data["deadline_text"], stop_timeout=data["stop_timeout_text"]),
            name=self.instance.name or data.get("name") or "",
            **{name: data[name] for name in own},
        )
