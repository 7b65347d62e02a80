"""Run a job again with changes: the form of a submission, filled with what the job was submitted with."""

import json
from typing import Any

from django import forms
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from rest_framework.exceptions import ParseError

from jobs.actions import registered_actions
from jobs.engine.chain import load
from jobs.engine.enqueue import enqueue
from jobs.engine.errors import ActionForbidden, InvalidSubmission
from jobs.engine.fields import unsealed
from jobs.engine.submission import Submission
from jobs.models import Job
from jobs.seal.form import masked
from jobs.seal.parameters import unchanged
from jobsite.access.actor import admin_actor
from jobsite.access.permissions import require_for_actions
from jobsite.api.strict_json import loads
from jobsite.console.base.refusals import refuse
from jobsite.console.jobs.page.verbs import OneJob

# Names on the wire that are others here.
_FIELDS = {"capacityMap": "capacity_map", "stopTimeout": "stop_timeout", "ticketRef": "ticket_ref"}
_COLUMNS = (
    "uuid",
    "action",
    "status",
    "parameters",
    "capacity_map",
    "locks",
    "retries_total",
    "priority",
    "deadline_text",
    "stop_timeout_text",
    "comment",
    "ticket_ref",
    "next",
)


class JsonField(forms.CharField):
    """Read by the letter, as the API reads a body; empty is None."""

    def __init__(self, kind: type, words: str, *, rows: int = 2, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows, "spellcheck": "false"})
        super().__init__(required=False, max_length=1_000_000, widget=widget, **kwargs)
        self.kind, self.words = kind, words

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text.strip():
            return None
        try:
            found = loads(text.encode("utf-8", "surrogatepass"))
        except ParseError as error:
            raise forms.ValidationError(str(error.detail).replace("The body", "This")) from error
        except InvalidSubmission as error:
            raise forms.ValidationError(str(error)) from error
        if not isinstance(found, self.kind):
            raise forms.ValidationError(f"This is not {self.words}.")
        return found


class AgainForm(forms.Form):
    """Checked by the engine, whose refusals are put at their fields."""

    action = forms.ChoiceField()
    parameters = JsonField(
        dict, 'a JSON object, as {"days": 90}', rows=10, help_text="*** stands for the secret that is kept."
    )
    capacity_map = JsonField(
        dict, 'a JSON object, as {"scan": 1}', label="Capacity", help_text="Empty: what the action declares."
    )
    locks = JsonField(list, "a JSON array", help_text='More than the action\'s own, as [{"name": "devices"}].')
    retries = forms.IntegerField(required=False, help_text="0 to 100; empty: the action's.")
    priority = forms.IntegerField(required=False, help_text="-100 to 100, higher first.")
    deadline = forms.CharField(required=False, max_length=60, help_text="As 15m or 1h30m from its start.")
    stop_timeout = forms.CharField(required=False, max_length=60, help_text="As 30s, from the stop to the kill.")
    comment = forms.CharField(required=False)
    ticket_ref = forms.CharField(required=False, label="Ticket")
    follow = forms.BooleanField(required=False, label="Submit what followed the job after this one, too")

    def __init__(self, *args: Any, job: Job, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.job = job
        names = {action.name for action in registered_actions()} | {job.action}
        self.fields["action"] = forms.ChoiceField(choices=[(name, name) for name in sorted(names)])
        if job.next is None:
            del self.fields["follow"]

    def clean_locks(self) -> Any:
        locks = self.cleaned_data["locks"]
        if not all(
            isinstance(lock, dict) and all(isinstance(text, str) for text in lock.values()) for lock in locks or []
        ):
            raise forms.ValidationError("Each lock is an object with a name and a mode, both text.")
        return locks

    def submission(self, *, scheduled_by: str) -> Submission:
        asked = self.cleaned_data
        texts: dict[str, Any] = {name: asked[name] or None for name in ("comment", "ticket_ref")}
        same = ("action", "capacity_map", "locks", "retries", "deadline", "stop_timeout")
        unsealed("parameters", asked["parameters"])
        following = load(self.job.next or {}, scheduled_by=scheduled_by) if asked.get("follow") else None
        return Submission(
            **{name: asked[name] for name in same},
            **texts,
            parameters=unchanged(asked["parameters"], before=self.job.parameters),
            priority=asked["priority"] or 0,
            next=following,
            stored=True,
            scheduled_by=scheduled_by,
        )


class AgainView(OneJob):
    permission = "jobs.submit_job"
    title = "Run again with changes"
    submit = "Submit the job"
    form_class = AgainForm

    @cached_property
    def job(self) -> Job:
        return get_object_or_404(Job.objects.only(*_COLUMNS), pk=self.kwargs["pk"])

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "job": self.job}

    def get_initial(self) -> dict[str, Any]:
        job = self.job
        return {
            "action": job.action,
            "parameters": masked(job.parameters),
            "capacity_map": job.capacity_map,
            "retries": job.retries_total,
            "priority": job.priority,
            "deadline": job.deadline_text,
            "stop_timeout": job.stop_timeout_text,
            "comment": job.comment,
            "ticket_ref": job.ticket_ref,
            "follow": True,
        }

    def consequence(self) -> str:
        had = ", ".join(lock["name"] for lock in self.job.locks or [])
        locks = f" It had the locks {had}; the action takes its own by the parameters." if had else ""
        return f"A new job, with what job {self.job.pk} was submitted with unless you change it.{locks}"

    def form_valid(self, form: AgainForm) -> Any:
        """As any client's submission: what the engine refuses is told at its field, and nothing is stored."""
        try:
            self.submission = form.submission(scheduled_by=admin_actor(self.request).user)
            require_for_actions(self.request.user, self.submission)
            return super().form_valid(form)
        except InvalidSubmission as error:
            refuse(form, error, fields=_FIELDS)
        except ActionForbidden as error:
            form.add_error("action", f"None of your roles allows this: {error}.")
        return self.form_invalid(form)

    def do(self, asked: dict[str, Any]) -> str:  # noqa: ARG002
        self.made = enqueue(self.submission, by=admin_actor(self.request))
        return f"runs again, changed, as job {self.made.pk}."
