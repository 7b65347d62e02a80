"""django-celery-beat's own tables in the look of the other pages. Crons are jobsite's; these are plain Celery tasks."""

from typing import Any

from django.contrib import admin
from django_celery_beat.admin import ClockedScheduleAdmin as BeatClockedAdmin
from django_celery_beat.admin import CrontabScheduleAdmin as BeatCrontabAdmin
from django_celery_beat.admin import PeriodicTaskAdmin as BeatTaskAdmin
from django_celery_beat.admin import PeriodicTaskForm, TaskSelectWidget
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from jobsite.console.access.audited import AuditedAdmin, SuperuserOnly

for _model in (PeriodicTask, IntervalSchedule, CrontabSchedule, SolarSchedule, ClockedSchedule):
    admin.site.unregister(_model)


class TaskSelect(UnfoldAdminSelectWidget, TaskSelectWidget):  # type: ignore[misc]
    """Unfold's look, Celery's registered tasks."""


class TaskForm(PeriodicTaskForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].widget = UnfoldAdminTextInputWidget()
        self.fields["regtask"].widget = TaskSelect()


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(SuperuserOnly, BeatTaskAdmin, AuditedAdmin):  # type: ignore[misc]
    form = TaskForm
    # Its own holds an inline script, which the policy refuses; the words of a crontab stand below it all the same.
    change_form_template = "admin/change_form.html"
    date_hierarchy = None
    list_filter = ("enabled", "one_off")
    # Its own actions enable, disable and run tasks past the audit.
    actions = ()
    empty_text = "Jobs come from crons; this is for other Celery tasks."


@admin.register(CrontabSchedule)
class CrontabAdmin(SuperuserOnly, BeatCrontabAdmin, AuditedAdmin):  # type: ignore[misc]
    inlines = ()


@admin.register(ClockedSchedule)
class ClockedAdmin(SuperuserOnly, BeatClockedAdmin, AuditedAdmin):  # type: ignore[misc]
    inlines = ()


@admin.register(IntervalSchedule)
class IntervalAdmin(SuperuserOnly, AuditedAdmin):
    list_display = ("__str__", "every", "period")


@admin.register(SolarSchedule)
class SolarAdmin(SuperuserOnly, AuditedAdmin):
    list_display = ("__str__", "event", "latitude", "longitude")
