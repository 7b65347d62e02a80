"""fail: what a run that raised leaves behind, in the form that both dialects show."""

import traceback

from jobs.engine.finish import Outcome
from jobs.engine.submission import canonical_json
from jobs.seal.hush import hushed
from jobs.states import Status

MAX_TEXT = 20_000


def fail(error: BaseException, *, status: Status = Status.ERRORED, worth_a_retry: bool = True) -> Outcome:
    """The outcome of a run that ended in `error`: message, type, args and traceback are kept."""
    return Outcome(
        status=status,
        worth_a_retry=worth_a_retry,
        exception=canonical_json(
            {
                "message": _text(str(error) or type(error).__name__),
                "type": type(error).__name__,
                "args": [_text(str(argument)) for argument in error.args] or [type(error).__name__],
                "traceback": _text("".join(traceback.format_exception(error))),
            }
        ),
    )


def _text(text: str) -> str:
    """As PostgreSQL can store it, and its end when it is too long: the end of a traceback says what happened."""
    # Before the cut, which may go through a secret.
    text = hushed(text).replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
    return text if len(text) <= MAX_TEXT else "..." + text[-MAX_TEXT:]
