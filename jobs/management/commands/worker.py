"""manage.py worker: run one Celery prefork node that takes jobs within a typed capacity."""

import argparse
import logging
import os
import re
import socket
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from jobs.engine.actor import engine_actor
from jobs.engine.classes import all_classes, class_for
from jobs.engine.rescue import rescue
from jobs.runner import lease, process
from jobs.runner.bootstep import NodeStep
from jobs.runner.pool import TaskPool
from workers import capacity
from workers.presence import HEX_ID, Identity, NameTaken, register, stable_hex_id

logger = logging.getLogger(__name__)

NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
VERSION = "0.1.0"


class Command(BaseCommand):
    help = "Run a worker: a Celery prefork node whose queues are the capacity classes that it could hold."
    # Django's checks would import every view.
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--capacity", default="", help="typed units, as scan=2,scanCheck=1; spare slots take jobs that need none"
        )
        parser.add_argument("--slots", type=int, help="processes; default min(units + 2, 4 x cores, 32)")
        parser.add_argument(
            "--name", default=socket.gethostname(), help="stable name of this worker (default: the host's)"
        )
        parser.add_argument("--id", dest="hex_id", help="12 hex digits shown as workerID (default: made from the name)")
        parser.add_argument("--grace", type=float, default=10.0, help="seconds that running jobs get at a stop (10)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Register under the name, then become the node until it is stopped."""
        identity, slots = self._register(options)
        # What the worker that bore this name before left behind ends now, not with somebody's next look.
        rescue(by=engine_actor(f"worker {identity.name}"))
        process.belongs_to(identity)
        NodeStep.identity, NodeStep.grace_seconds = identity, options["grace"]
        held = capacity.total(self._capacity(options), slots=slots)
        # The plainest classes are there from the start, so that their queues are read before the first job comes.
        for name in held:
            class_for({name: 1})
        queues = [known.name for known in all_classes() if capacity.fits(known.needs, held)]
        # A connection must not be shared with the processes that the pool forks.
        connections.close_all()
        raise SystemExit(self._run(identity, slots, queues))

    def _run(self, identity: Identity, slots: int, queues: list[str]) -> int:
        current_app.steps["worker"].add(NodeStep)
        node: Any = current_app.Worker(
            hostname=f"{identity.name}@{socket.gethostname()}",
            concurrency=slots,
            queues=queues,
            pool=TaskPool,
            loglevel=settings.LOG_LEVEL,
            without_mingle=True,
            without_gossip=True,
            without_heartbeat=True,
            quiet=True,
        )
        logger.info("worker starts", extra={"worker": identity.name, "id": identity.hex_id, "slots": slots})
        node.start()
        if given_up := node.jobsite_node.given_up:
            # Not an ordered end: whoever supervises this process is to start it again.
            raise CommandError(given_up)
        return int(node.exitcode or 0)

    def _register(self, options: dict[str, Any]) -> tuple[Identity, int]:
        declared = self._capacity(options)
        slots = options["slots"]
        if slots is None:
            slots = capacity.default_slots(declared, cores=os.cpu_count() or 1)
        if not 1 <= slots <= 256:
            raise CommandError(f"--slots {slots}: use 1 to 256")
        if not NAME.fullmatch(options["name"]):
            raise CommandError(f"--name {options['name']}: use 1 to 100 of A-Z a-z 0-9 _ . -")
        hex_id = options["hex_id"] or stable_hex_id(options["name"])
        if not HEX_ID.fullmatch(hex_id):
            raise CommandError(f"--id {hex_id}: use 12 hex digits, as 000000000000")
        register_it = partial(
            register,
            name=options["name"],
            hex_id=hex_id,
            capacity=declared,
            slots=slots,
            lease=settings.LEASE,
            version=VERSION,
        )
        return self._take_over(register_it), slots

    def _take_over(self, register_it: Callable[[], Identity]) -> Identity:
        """The worker that bore the name before may have been killed: its lease tells within its span."""
        patience = time.monotonic() + settings.LEASE.total_seconds() + 1
        told = False
        while True:
            try:
                sent_at = lease.now()
                identity = register_it()
                lease.renewed(sent_at, settings.LEASE)
                return identity
            except NameTaken as error:
                if time.monotonic() > patience:
                    raise CommandError(str(error)) from error
                if not told:
                    logger.warning("waiting for the lease of a worker of the same name", extra={"reason": str(error)})
                told = True
                time.sleep(1)

    def _capacity(self, options: dict[str, Any]) -> dict[str, int]:
        try:
            return capacity.parse(options["capacity"])
        except capacity.InvalidCapacity as error:
            raise CommandError(f"--capacity {options['capacity']}: {error}") from error
