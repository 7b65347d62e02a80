"""celery-beat for jobsite: django-celery-beat's rows keep working; crons have a thread beside them."""

import logging
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection
from django.db.models.functions import Now
from django_celery_beat.schedulers import DatabaseScheduler

from jobs.engine.lines import sweep
from jobs.engine.prune import prune_idempotency_keys
from jobs.engine.rows import django_rows
from jobs.engine.set_aside import set_aside
from jobs.ticker import Ticker
from workers.models import Beat

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 5.0
SET_ASIDE_SECONDS = 1.0
FORGOTTEN_AFTER = timedelta(days=1)


class Scheduler(DatabaseScheduler):  # type: ignore[misc]
    """Any number may run side by side: there is no leader."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._beat_at = 0.0
        self._swept = ""
        self._ticker: Ticker | None = None
        self._is_at_work = False
        super().__init__(*args, **kwargs)
        self.max_interval: float = min(self.max_interval, HEARTBEAT_SECONDS)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Celery calls this again after the seconds that it answers. A database that is away must not end the beat."""
        if self._ticker is None:
            # Not before: a beat with a wrong key is refused between its making and its first tick.
            self._ticker = Ticker(self._name)
            self._ticker.start()
        try:
            with self._at_work():
                self._heartbeat()
                return float(min(super().tick(*args, **kwargs), self.max_interval))
        except DatabaseError as error:
            logger.warning("no tick: the database did not answer", extra={"error": str(error).strip()})
            connection.close()
            return 1.0

    def sync(self) -> None:
        """Write down when and how often each task was sent. What a signal interrupts is left for the next time."""
        unwritten = set(self._dirty)
        try:
            with self._at_work():
                super().sync()
        except SystemExit:
            # Of the one that it was at, nothing is known; to write one again changes nothing.
            self._dirty |= unwritten
            raise

    def close(self) -> None:
        """A beat that stops takes its row along. Celery calls this in its handler of signals, and again at the end."""
        if self._is_at_work:
            # What is written now is rolled back with the transaction that the signal has interrupted.
            return
        if self._ticker is not None:
            self._ticker.end()
        super().close()
        try:
            Beat.objects.filter(name=self._name).delete()
        except DatabaseError:
            logger.warning("beat stopped without the database")

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        before, self._is_at_work = self._is_at_work, True
        try:
            yield
        finally:
            self._is_at_work = before

    def _heartbeat(self) -> None:
        if time.monotonic() < self._beat_at:
            return
        self._beat_at = time.monotonic() + HEARTBEAT_SECONDS
        Beat.objects.update_or_create(name=self._name, defaults={"heartbeat_at": Now()})
        Beat.objects.filter(heartbeat_at__lt=Now() - FORGOTTEN_AFTER).delete()
        self._swept = sweep(self._swept)
        set_aside(django_rows, seconds=SET_ASIDE_SECONDS)
        prune_idempotency_keys()
