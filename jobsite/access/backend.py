"""Which permissions a user has: those of the groups and the user's own."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from jobs.engine.rows import django_rows

_PERMISSIONS = """
SELECT kind.app_label || '.' || permission.codename
FROM auth_permission permission JOIN django_content_type kind ON kind.id = permission.content_type_id
WHERE permission.id IN (
    SELECT permission_id FROM auth_user_user_permissions WHERE user_id = %(user)s
    UNION ALL
    SELECT granted.permission_id
    FROM auth_user_groups member JOIN auth_group_permissions granted ON granted.group_id = member.group_id
    WHERE member.user_id = %(user)s)
"""


class OneQueryBackend(ModelBackend):
    """Django's own, but for reading both kinds of permissions in one query: each request pays for it."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        is_asked = obj is None and user_obj.is_active and user_obj.pk and not user_obj.is_superuser
        if is_asked and not hasattr(user_obj, "_perm_cache"):
            # Where Django keeps, and reads, what it has put together itself.
            user_obj._perm_cache = {name for (name,) in django_rows(_PERMISSIONS, {"user": user_obj.pk})}
        return super().get_all_permissions(user_obj, obj)
