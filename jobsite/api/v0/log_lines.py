"""Lines of a log, as they are read from the table."""

from typing import Any

from jobs.models import JobLog

# So many by one query.
PART = 1000
LAST_LINE = 2**31 - 1


def read_lines(job: int, *, first: int, most: int) -> list[dict[str, Any]]:
    """At most PART of them. `job` is the integer id."""
    rows = JobLog.objects.filter(job=job, line_number__gte=first).order_by("line_number")
    columns = rows.values_list("data", "line_number")[: min(most, PART)]
    return [{"data": data, "lineNum": line_number} for data, line_number in columns]
