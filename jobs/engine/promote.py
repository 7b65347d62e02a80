"""promote: scheduled jobs whose time has come become ready, and are rung for."""

from jobs import doorbell
from jobs.engine.lines import wake_lines
from jobs.engine.rows import django_rows
from jobs.engine.sql import DUE, PAUSED_CLASSES

# As every worker's look does it; whoever is first takes them.
_PROMOTE = f"""WITH {DUE}
SELECT (SELECT count(*) FROM due),
    ARRAY(SELECT name FROM workers_capacityclass WHERE id <> ALL ({PAUSED_CLASSES})
          AND id IN (SELECT capacity_class_id FROM due WHERE ready)),
    ARRAY(SELECT DISTINCT blocked_by FROM due WHERE blocked_by IS NOT NULL)"""  # noqa: S608 - no value of anybody's


def promote() -> int:
    """How many."""
    [(count, classes, lines)] = django_rows(_PROMOTE, None)
    wake_lines(lines)
    for name in classes:
        doorbell.ring(name)
    return int(count)
