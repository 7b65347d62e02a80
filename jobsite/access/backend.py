"""Which permissions a user has: those of the groups and the user's own."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import QuerySet


class OneQueryBackend(ModelBackend):
    """Django's own, but for reading both kinds of permissions in one query: each request pays for it."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if obj is None and user_obj.is_active and user_obj.pk and not hasattr(user_obj, "_perm_cache"):
            # Where Django keeps, and reads, what it has put together itself.
            user_obj._perm_cache = {f"{app}.{name}" for app, name in _permissions(user_obj)}
        return super().get_all_permissions(user_obj, obj)


def _permissions(user: Any) -> QuerySet[Permission, tuple[str, str]]:
    every = Permission.objects.order_by().values_list("content_type__app_label", "codename")
    return every if user.is_superuser else every.filter(user=user).union(every.filter(group__user=user))
