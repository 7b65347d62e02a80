"""The colour and the words of a job's status, the same on every page."""

from jobs.models import Job
from jobs.states import Status

# The kinds of Unfold's labels; what is not here is grey.
COLOURS: dict[str, str] = {
    Status.RUNNING: "info",
    Status.CANCEL_REQUEST: "warning",
    Status.DONE: "success",
    Status.ERRORED: "danger",
    Status.TIMEOUT: "danger",
    Status.CANCELED: "warning",
    Status.WORKER_SHUTDOWN: "warning",
    Status.WORKER_DEAD: "danger",
    "worker_resurrection": "danger",
}

# The same, as tones of pictures (static/jobsite/draw.css).
_TONES = {"success": "good", "danger": "bad", "warning": "warn", "info": "info"}


def shown_status(job: Job) -> str:
    """The status, or worker_resurrection when a worker that was given up for dead answered after all."""
    return "worker_resurrection" if job.late_result_at else str(job.status)


def coloured_status(job: Job) -> tuple[str, str]:
    """What Unfold's label takes: the key of the colour, and the words."""
    status = shown_status(job)
    return (status, status.replace("_", " "))


def tone_of(job: Job) -> str:
    """What a picture draws it in."""
    return _TONES.get(COLOURS.get(shown_status(job), ""), "quiet")
