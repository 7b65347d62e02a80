"""The role groups, as the migration made them."""

import pytest
from django.contrib.auth.models import Group, Permission, User

from jobsite.access.roles import ROLES, make_groups

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def groups() -> None:
    # A test that empties the tables may have run before.
    make_groups()


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_every_permission_of_the_table_and_no_other(role: str) -> None:
    user = User.objects.create_user("ann")
    user.groups.add(Group.objects.get(name=role))
    assert user.get_all_permissions() == set(ROLES[role])


def test_making_the_groups_twice_changes_nothing() -> None:
    before = Permission.objects.count()
    make_groups()
    assert (Group.objects.count(), Permission.objects.count()) == (3, before)


def test_an_auditor_changes_nothing() -> None:
    assert all(".view_" in label for label in ROLES["auditor"])
