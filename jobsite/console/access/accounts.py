"""Users and groups in the look of the other pages."""

from typing import TYPE_CHECKING, Any, TypeAlias

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from jobsite.console.access.audited import AuditedAdmin

if TYPE_CHECKING:
    from django.contrib.auth.admin import UserAdmin

    AnyUserAdmin: TypeAlias = UserAdmin[User]
else:
    from django.contrib.auth.admin import UserAdmin as AnyUserAdmin

admin.site.unregister(User)
admin.site.unregister(Group)
# With one of these an account could give itself every right.
POWERS = ("is_superuser", "is_staff", "groups", "user_permissions")


@admin.register(User)
class AccountAdmin(AnyUserAdmin, AuditedAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "is_active", "is_staff", "is_superuser", "last_login")

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Only a superuser may change one, its password above all."""
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else (*fields, *POWERS)


@admin.register(Group)
class RoleAdmin(GroupAdmin, AuditedAdmin):
    pass


def _may_touch(request: HttpRequest, account: User | None) -> bool:
    return request.user.is_superuser or account is None or not account.is_superuser
