"""Users and groups in the look of the other pages."""

from typing import TYPE_CHECKING, TypeAlias

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group, User
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from jobsite.console.access.audited import AuditedAdmin, SuperuserOnly

if TYPE_CHECKING:
    from django.contrib.auth.admin import UserAdmin

    AnyUserAdmin: TypeAlias = UserAdmin[User]
else:
    from django.contrib.auth.admin import UserAdmin as AnyUserAdmin

admin.site.unregister(User)
admin.site.unregister(Group)


class TwoLists:
    """Django's two lists side by side, usable by who sees none of it."""

    class Media:
        js = ("jobsite/two-lists.js",)


@admin.register(User)
class AccountAdmin(TwoLists, SuperuserOnly, AnyUserAdmin, AuditedAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "is_active", "is_staff", "is_superuser", "last_login")


@admin.register(Group)
class RoleAdmin(TwoLists, SuperuserOnly, GroupAdmin, AuditedAdmin):
    pass
