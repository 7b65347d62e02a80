"""How log events are written: the words of the event, then its fields as key=value."""

import logging

from jobs.seal.hush import hushed

_STANDARD = frozenset(logging.LogRecord("", 0, "", 0, "", None, None).__dict__) | {
    "message",
    "asctime",
    "taskName",
    "data",
}
# Control characters, and what Unicode calls ends of lines.
_SPELLED_OUT = {
    code: ascii(chr(code))[1:-1] for code in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029) if chr(code) != "\t"
}


class EventFormatter(logging.Formatter):
    """`12:00:00.123 INFO job ended job=... action=sync_devices status=done`

    A field may be foreign text: its line ends are spelled out, so that it can not forge an event of its own.
    """

    default_time_format = "%H:%M:%S"
    default_msec_format = "%s.%03d"

    def format(self, record: logging.LogRecord) -> str:
        """Tracebacks too, and what actions log by themselves."""
        return hushed(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        """The message and every field that came as `extra`."""
        told = {
            key: str(value).translate(_SPELLED_OUT) for key, value in record.__dict__.items() if key not in _STANDARD
        }
        fields = " ".join(f"{key}={value}" for key, value in told.items())
        return f"{super().formatMessage(record)} {fields}".rstrip()


class Unforeseen(logging.Filter):
    """A 503 is what /readyz says on purpose, several times at each start: no error to log."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(record, "status_code", None) != 503


def logging_config(level: str) -> dict[str, object]:
    """For LOGGING: everything to stderr; of Celery's chatter about each bell only what went wrong."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "event": {"()": "jobsite.logs.EventFormatter", "format": "%(asctime)s %(levelname)s %(message)s"}
        },
        "filters": {"unforeseen": {"()": "jobsite.logs.Unforeseen"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "event"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "django.request": {"level": "ERROR", "filters": ["unforeseen"]},
        },
    }
