"""What a view needs: a permission per handler, named in one place of the view."""

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from jobs.actions.registry import registered_actions
from jobs.engine.permitted import require_permitted
from jobs.engine.submission import Submission
from jobsite.access import throttle
from jobsite.access.actor import client_address
from jobsite.access.models import AccessToken

if TYPE_CHECKING:
    from rest_framework.views import APIView

_LACKING = "None of your roles has the permission {}."


class WithinThrottle(BasePermission):
    """No more requests than THROTTLE allows: DRF's own throttles would not count those that lack a permission."""

    def has_permission(self, request: Request, view: "APIView") -> bool:  # noqa: ARG002
        if request.user.is_authenticated:
            throttle.take(f"user {request.user.get_username()}")
        else:
            throttle.take(f"address {client_address(request._request)}")
        return True


class HasNeeded(BasePermission):
    """The view's `needs` says for each of its handlers which permission; a read-only token only reads."""

    message = ""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not request.user.is_authenticated:
            return False
        if isinstance(request.auth, AccessToken) and request.auth.read_only and request.method not in SAFE_METHODS:
            self.message = "The access token may only read."
            return False
        handler = getattr(view, "action", None)
        # No handler (`metadata` is DRF's name for OPTIONS): the method is not allowed, which the view says itself.
        if handler in {None, "metadata"}:
            return True
        needed: str = view.needs[handler]  # type: ignore[attr-defined]
        self.message = _LACKING.format(needed)
        return request.user.has_perm(needed)


def require(request: Request, permission: str) -> None:
    """Of what a handler needs beside the view's `needs`, for this one body. Raises PermissionDenied."""
    if not request.user.has_perm(permission):
        raise PermissionDenied(_LACKING.format(permission))


def require_for_actions(user: User | AnonymousUser, submission: Submission) -> None:
    """Of what the actions need that a person wants run, one after another. Raises ActionForbidden."""
    require_permitted((link.action for link in submission.chain()), lacks=lacking(user))


def lacking(user: User | AnonymousUser) -> frozenset[str]:
    """Of the permissions that actions need, those that the user does not have."""
    needed = {action.needs for action in registered_actions()} - {""}
    return frozenset(permission for permission in needed if not user.has_perm(permission))
