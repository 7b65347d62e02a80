"""What an action returns to have another job follow it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Follow:
    """`return Follow({"action": "scan_check_single", "parameters": {...}}, result={"found": 3})`

    `submission` has the keys of POST /api/v0/jobs. It is enqueued in the transaction that ends this job as done; one
    that can not be accepted makes this job errored. A `next` that this job was submitted with comes after it.
    """

    submission: Mapping[str, Any]
    result: Any = None
