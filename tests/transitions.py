"""The ways between the states of a job, written down once: what the tests hold the engine's verbs to."""

from jobs.states import FINAL, Status

TRANSITIONS: dict[Status, tuple[Status, ...]] = {
    Status.WAITING: (Status.RUNNING, Status.CANCELED),
    # Back to waiting: its slot was told to stop before it had begun.
    Status.RUNNING: (*FINAL, Status.CANCEL_REQUEST, Status.DELETED, Status.WAITING),
    # However it ends, and though its worker dies over it: nobody wants it run again.
    Status.CANCEL_REQUEST: (Status.CANCELED, Status.DELETED),
    **dict.fromkeys(FINAL, ()),
    Status.DELETED: (),
}
