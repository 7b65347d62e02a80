"""What an operator does to a worker: drain, undrain, change its capacity; each asks first and says why."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property

from jobs.engine.drain import drain, undrain
from jobs.engine.errors import WorkerNotFit
from jobs.engine.set_capacity import set_capacity
from jobs.models import Job
from jobsite.access.actor import admin_actor
from jobsite.console.base.confirm import ConfirmOne, ReasonForm
from jobsite.console.base.words import units
from workers import capacity
from workers.models import Worker, WorkerState


class CapacityForm(ReasonForm):
    """Typed units as on the command line; empty is what the worker was started with."""

    field_order = ("capacity", "reason")
    capacity = forms.CharField(
        required=False,
        max_length=2000,
        help_text="As scan=2,scanCheck=1. Empty: what the worker was started with. It outlives restarts of the worker.",
    )

    def clean_capacity(self) -> dict[str, int] | None:
        text: str = self.cleaned_data["capacity"].strip()
        if not text:
            return None
        try:
            return capacity.parse(text)
        except capacity.InvalidCapacity as error:
            kind = f"{error.type_name}: " if error.type_name else ""
            raise forms.ValidationError(f"{kind}{error}. Right would be: scan=2,scanCheck=1") from error


class _WorkerVerb(ConfirmOne):
    template_name = "admin/workers/confirm.html"
    refusals = (WorkerNotFit,)

    @cached_property
    def worker(self) -> Any:
        return get_object_or_404(Worker.objects.with_shown_state(), pk=self.kwargs["pk"])

    def back_url(self) -> str:
        return reverse("admin:workers_worker_change", args=[self.kwargs["pk"]])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(worker=self.worker, **kwargs)

    def name(self) -> str:
        return str(self.worker.name)

    def running(self) -> str:
        count = Job.objects.occupying().filter(worker=self.worker).count()
        return "Nothing runs on it now." if not count else f"It runs {count} {'job' if count == 1 else 'jobs'} now."


class DrainView(_WorkerVerb):
    permission = "workers.drain_worker"
    title = "Drain a worker"
    submit = "Drain"

    def consequence(self) -> str:
        return f"{self.running()} What runs goes on to its end; nothing new starts until it is undrained or restarted."

    def do(self, asked: dict[str, Any]) -> str:
        drain(self.worker.hex_id, by=admin_actor(self.request), reason=asked["reason"])
        return "drains: it takes nothing new."


class UndrainView(_WorkerVerb):
    permission = "workers.drain_worker"
    title = "Undrain a worker"
    submit = "Undrain"

    def consequence(self) -> str:
        return "It takes jobs again at once."

    def do(self, asked: dict[str, Any]) -> str:
        undrain(self.worker.hex_id, by=admin_actor(self.request), reason=asked["reason"])
        return "takes jobs again."


class CapacityView(_WorkerVerb):
    permission = "workers.set_capacity"
    title = "Change a worker's capacity"
    submit = "Change capacity"
    form_class = CapacityForm

    def get_initial(self) -> dict[str, Any]:
        return {"capacity": ",".join(f"{name}={amount}" for name, amount in sorted(self.worker.declared.items()))}

    def consequence(self) -> str:
        started = units(self.worker.capacity) or "nothing declared"
        return (
            f"{self.running()} It was started with {started}. What runs goes on, though it may then use "
            "more than there is; from the next claim on the new capacity holds."
        )

    def do(self, asked: dict[str, Any]) -> str:
        set_capacity(self.worker.hex_id, asked["capacity"], by=admin_actor(self.request), reason=asked["reason"])
        self.worker.refresh_from_db()
        return f"holds {units(self.worker.total)} from the next claim on."


VERBS: dict[str, type[_WorkerVerb]] = {"drain": DrainView, "undrain": UndrainView, "capacity": CapacityView}


def ways(request: HttpRequest, worker: Any) -> list[tuple[str, str]]:
    """The verbs that fit its state and that this person may do: title and address."""
    fitting = {WorkerState.RUNNING: ["drain"], WorkerState.DRAINING: ["undrain"]}.get(worker.shown, [])
    return [
        (VERBS[name].submit, reverse(f"admin:worker_{name}", args=[worker.pk]))
        for name in (*fitting, "capacity")
        if request.user.has_perm(VERBS[name].permission)
    ]
