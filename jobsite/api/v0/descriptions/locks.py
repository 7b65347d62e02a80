"""The words of /locks."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from jobsite.api.describing import Describe
from jobsite.api.v0.descriptions.endpoint import PAGE_HEADERS, endpoint, listing, reading
from jobsite.api.v0.schemas.locks import ClearBody, FreeBody, LockChange, LockDetail, LockList

_LOCK_NAME = OpenApiParameter("lock_name", str, OpenApiParameter.PATH, description="A-Z a-z 0-9 _ . : @ -")
_LOCK_EXAMPLE: dict[str, Any] = {
    "name": "devices",
    "fence": 7,
    "holders": [
        {
            "jobID": "252b3b26-1149-46c1-9e20-4849f9ec97a3",
            "action": "sync_devices",
            "status": "running",
            "workerID": "f97ebb52f0f6",
            "worker": "w1",
            "mode": "exclusive",
            "fence": 7,
            "acquiredAt": "2018-04-21T09:45:00.104Z",
            "alive": True,
            "stuck": None,
            "beingKilled": False,
        }
    ],
    "waiting": 1,
}
_WAITER_EXAMPLE = {
    "jobID": "5b3a5bcd-8c46-4bd4-a2c5-9ef8f5b27b46",
    "action": "sync_devices",
    "mode": "exclusive",
    "priority": 0,
    "scheduledAt": "2018-04-21T09:45:02.4Z",
    "scheduledBy": "ann",
    "called": False,
}

LOCKS: dict[str, Describe] = {
    "list": listing(
        "locks_list",
        "List locks, by name",
        LockList,
        {"locks": [_LOCK_EXAMPLE]},
        errors=(400,),
        parameters=PAGE_HEADERS,
    ),
    "retrieve": reading(
        "locks_read",
        "One lock, with the first of its line",
        LockDetail,
        {**_LOCK_EXAMPLE, "waiters": [_WAITER_EXAMPLE]},
        _LOCK_NAME,
    ),
    "clear": endpoint(
        "locks_clear",
        "Free a lock whose holder is dead; forced, have a live holder killed first",
        LockChange,
        {"state": "free", "lock": {**_LOCK_EXAMPLE, "holders": [], "waiting": 0}},
        status=202,
        errors=(400, 404, 409),
        request=ClearBody,
        parameters=[_LOCK_NAME],
        examples=[OpenApiExample("Clear", {"reason": "its machine burnt down", "force": False}, request_only=True)],
    ),
    "free": endpoint(
        "locks_free",
        "Cancel the holder of a lock, which frees it when that has ended",
        LockChange,
        {"state": "stopping", "lock": _LOCK_EXAMPLE},
        status=202,
        errors=(400, 404),
        request=FreeBody,
        parameters=[_LOCK_NAME],
        examples=[OpenApiExample("Free", {"reason": "it hangs", "retry": True}, request_only=True)],
    ),
}
