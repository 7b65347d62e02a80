"""Presence: a worker registers under its name, and says when it stops."""

import hashlib
import os
import re
import secrets
import socket
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from workers.models import LIVING, Worker, WorkerState

HEX_ID = re.compile(r"[0-9a-f]{12}")


class NameTaken(RuntimeError):
    """Another live worker bears this name or this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who a worker is: stable name and hex id, and a boot id that is new at each start."""

    worker_id: int
    name: str
    hex_id: str
    boot_id: str


def stable_hex_id(name: str) -> str:
    """12 hex digits that are always the same for one name."""
    return hashlib.sha256(name.encode()).hexdigest()[:12]


def register(
    *, name: str, hex_id: str, capacity: dict[str, int], slots: int, lease: timedelta, version: str
) -> Identity:
    """Take the name for this process, with a first lease. Raises NameTaken while another holds it."""
    boot_id = secrets.token_hex(8)
    told = {
        "hex_id": hex_id,
        "boot_id": boot_id,
        "state": WorkerState.RUNNING,
        "drained_at": None,
        "capacity": capacity,
        "capacity_version": F("capacity_version") + 1,
        "slots": slots,
        "version": version,
        "host": socket.gethostname()[:255],
        "pid": os.getpid(),
        "started_at": Now(),
        "heartbeat_at": Now(),
        "lease_until": Now() + lease,
    }
    _add_if_new(name, hex_id)
    free = Q(lease_until__lt=Now()) | Q(state__in=[WorkerState.STOPPED, WorkerState.DEAD])
    try:
        with transaction.atomic():
            taken = Worker.objects.filter(free, name=name).update(**told)
    except IntegrityError:
        raise NameTaken(
            f"the id {hex_id} belongs to a worker of another name; leave --id out or choose another"
        ) from None
    if not taken:
        raise NameTaken(
            f"a worker named {name!r} is alive, or was until less than {lease.total_seconds():.0f} s ago; "
            "stop it, wait for its lease to end, or choose another --name"
        )
    worker = Worker.objects.only("id").get(name=name)
    return Identity(worker_id=worker.pk, name=name, hex_id=hex_id, boot_id=boot_id)


def say_stopped(identity: Identity) -> None:
    """The worker has stopped and holds nothing: its lease ends now."""
    Worker.objects.filter(pk=identity.worker_id, boot_id=identity.boot_id).update(
        state=WorkerState.STOPPED, lease_until=Now()
    )


def say_draining(identity: Identity) -> None:
    """The worker stops: it finishes what it has and takes nothing more, and no operator can take that back."""
    Worker.objects.filter(pk=identity.worker_id, boot_id=identity.boot_id, state__in=LIVING).update(
        state=WorkerState.DRAINING, drained_at=None
    )


def _add_if_new(name: str, hex_id: str) -> None:
    """An empty row for a name that was never seen: its lease is over, so that the compare-and-set below can take it."""
    row = Worker(
        name=name,
        hex_id=hex_id,
        boot_id="",
        state=WorkerState.STOPPED,
        capacity={},
        slots=1,
        version="",
        host="",
        pid=0,
        lease_until=Now() - timedelta(seconds=1),
    )
    Worker.objects.bulk_create([row], ignore_conflicts=True)
    if not Worker.objects.filter(name=name).exists():
        raise NameTaken(f"the id {hex_id} belongs to a worker of another name; leave --id out or choose another")
