"""Pages of tables that people edit directly: what Django notes in its own log goes into the audit as well."""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest

from jobs.engine.audit import audit
from jobsite.access.actor import admin_actor
from jobsite.console.base.pages import ListAdmin


class AuditedAdmin(ListAdmin):
    """The row is written where Django notes its own, in the same transaction: what is not audited is not done."""

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        _note("create", request, obj, message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        _note("change", request, obj, message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for row in queryset:
            _note("delete", request, row, None)
        return super().log_deletions(request, queryset)


class SuperuserOnly:
    """For what could raise its editor to more rights: no permission opens these pages, no role can be given them."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return is_superuser(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return is_superuser(request)


def is_superuser(request: HttpRequest) -> bool:
    """And not a deactivated one."""
    return request.user.is_active and request.user.is_superuser


def _note(verb: str, request: HttpRequest, row: Model, what: Any) -> None:
    """`what` names the fields that changed, never their values: one of them is a password."""
    audit(
        verb,
        by=admin_actor(request),
        object_type=str(row._meta.model_name),
        object_id=str(row)[:200],
        after=what or None,
    )
