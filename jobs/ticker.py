"""The thread of a beat that keeps time for crons and scheduled jobs, rescues, and rings again."""

import logging
import threading
import time

from django.db import connection
from django.db.models.functions import Now

from jobs.engine.actor import engine_actor
from jobs.engine.crons.defaults import make_default_crons
from jobs.engine.crons.tick import EARLY_SECONDS, Ahead, look_ahead, tick
from jobs.engine.drop_classes import drop_classes
from jobs.engine.rescue import rescue
from jobs.engine.ring_again import ring_again
from workers.models import Beat

logger = logging.getLogger(__name__)

UPKEEP_SECONDS = 5.0
DROP_CLASSES_SECONDS = 3600.0
AFTER_ERROR_SECONDS = 1.0


class Ticker(threading.Thread):
    """Neither Celery's own periodic tasks nor a broker that hangs for them make a due second late.

    The host's clock is never asked for the time: only how long to sleep is measured by it.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name="ticker", daemon=True)
        self._beat = name
        self._by = engine_actor(f"beat {name}")
        self._upkeep_at = 0.0
        self._drop_classes_at = 0.0
        self._prepared = False
        self._ended = False

    def run(self) -> None:
        while not self._ended:
            try:
                wait = self.turn()
            except Exception:  # A beat that lives and does not tick would be worse than any error.
                logger.exception("no tick")
                connection.close()
                wait = AFTER_ERROR_SECONDS
            # A second at most, so that nothing needs to wake it for its end.
            time.sleep(wait)
        connection.close()

    def turn(self) -> float:
        """Serve what is due, and answer in how many seconds the next turn is wanted."""
        ahead = look_ahead()
        if ahead.due is not None and 0 < ahead.due <= EARLY_SECONDS:
            time.sleep(_left(ahead, ahead.due))
        done = tick(ahead, by=self._by)
        kept_up = self._kept_up()
        if done.fired or done.promoted or kept_up:
            ahead = look_ahead()
        return _left(ahead, ahead.whole_second if done.failed else ahead.wait)

    def end(self) -> None:
        """Finish the turn."""
        self._ended = True
        self.join(AFTER_ERROR_SECONDS * 3)

    def _kept_up(self) -> bool:
        """After the due moment and not before it: nothing waits for these."""
        if time.monotonic() < self._upkeep_at:
            return False
        self._upkeep_at = time.monotonic() + UPKEEP_SECONDS
        if not self._prepared:
            make_default_crons(by=self._by)
            self._prepared = True
        Beat.objects.update_or_create(name=self._beat, defaults={"ticked_at": Now()})
        rescue(by=self._by)
        ring_again()
        if time.monotonic() >= self._drop_classes_at:
            self._drop_classes_at = time.monotonic() + DROP_CLASSES_SECONDS
            drop_classes(by=self._by)
        return True


def _left(ahead: Ahead, seconds: float) -> float:
    """Of so many seconds since this process asked."""
    return max(0.0, ahead.asked_at + seconds - time.monotonic())
