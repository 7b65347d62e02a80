"""What a job can run. An app's `actions.py` needs only the names exported here."""

from jobs.actions.context import Context, DeadlineExceeded, JobCanceled
from jobs.actions.follow import Follow
from jobs.actions.parameters import Parameters
from jobs.actions.registry import Action, LockNeed, UnknownAction, action, get_action, registered_actions
from jobs.actions.secret import Secret

__all__ = [
    "Action",
    "Context",
    "DeadlineExceeded",
    "Follow",
    "JobCanceled",
    "LockNeed",
    "Parameters",
    "Secret",
    "UnknownAction",
    "action",
    "get_action",
    "registered_actions",
]
