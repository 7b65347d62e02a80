"""What each role may do: the one table. A new permission is added here, with a migration that runs `make_groups`."""

from typing import Any

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db.models import Q

_READ = (
    "jobs.view_pause",
    "jobs.view_hold",
    "jobs.view_job",
    "jobs.view_joblog",
    "jobs.view_cron",
    "jobs.view_actionconfig",
    "jobs.view_auditevent",
    "workers.view_worker",
    "workers.view_capacityclass",
    "workers.view_beat",
    "locks.view_lockname",
    "locks.view_joblock",
)
_OPERATE = (
    "jobs.submit_job",
    "jobs.cancel_job",
    "jobs.retry_job",
    "jobs.run_cron",
    "workers.drain_worker",
    "locks.clear_lock",
    "locks.free_lock",
)
_ADMINISTER = (
    "jobs.add_cron",
    "jobs.change_cron",
    "jobs.delete_cron",
    "jobs.add_actionconfig",
    "jobs.change_actionconfig",
    "jobs.delete_actionconfig",
    "jobs.force_job",
    "jobs.bulk_job",
    "jobs.delete_job",
    "jobs.pause",
    "workers.set_capacity",
    "locks.force_lock",
)

# Not among them, on purpose: access tokens and accounts. Who can issue a token for a superuser is one.
ROLES: dict[str, tuple[str, ...]] = {
    "auditor": _READ,
    "operator": (*_READ, *_OPERATE),
    "admin": (*_READ, *_OPERATE, *_ADMINISTER),
}
_APPS = ("jobs", "workers", "locks")


def make_groups(apps: Any = installed, schema_editor: Any = None) -> None:
    """Make the groups and give them what the table says; takes nothing away. Fit for a migration's RunPython."""
    using = schema_editor.connection.alias if schema_editor else "default"
    # Django makes permissions only after the last migration; a group needs them now.
    for label in _APPS:
        create_permissions(installed.get_app_config(label), verbosity=0, using=using)
    group_model, permission_model = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for name, granted in ROLES.items():
        group, _ = group_model.objects.using(using).get_or_create(name=name)
        group.permissions.add(*permission_model.objects.using(using).filter(_any_of(granted)))


def _any_of(labels: tuple[str, ...]) -> Q:
    wanted = Q()
    for label in labels:
        app, _, codename = label.partition(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    return wanted
