"""Who may do what is read in one query, and is what Django's own backend says."""

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from pytest_django import DjangoAssertNumQueries

from jobsite.access.roles import make_groups

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    """An operator with a permission of the admin's beside it, and one that both bring."""
    make_groups()
    user = User.objects.create_user("ann")
    user.groups.set(Group.objects.filter(name__in=["operator", "auditor"]))
    user.user_permissions.set(Permission.objects.filter(codename__in=["delete_job", "cancel_job"]))
    return user


def test_one_query_tells_what_groups_and_the_user_bring(
    ann: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        assert ann.has_perm("jobs.delete_job")
        assert ann.has_perm("jobs.cancel_job")
        assert not ann.has_perm("auth.change_user")
        assert ann.has_module_perms("locks")
    assert ann.get_all_permissions() == ModelBackend().get_all_permissions(User.objects.get(pk=ann.pk))


def test_who_is_inactive_or_nobody_may_nothing(ann: User) -> None:
    ann.is_active = False
    for user in (ann, AnonymousUser()):
        assert not user.has_perm("jobs.view_job")
        assert user.get_all_permissions() == set()


def test_a_superuser_has_all_there_are(ann: User) -> None:
    ann.is_superuser = True
    assert len(ann.get_all_permissions()) == Permission.objects.count()
    assert ann.has_perm("auth.change_user")
