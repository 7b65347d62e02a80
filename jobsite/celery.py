"""The Celery application: JSON only, no result backend, no remote control. The broker carries nothing but bells."""

import logging.config
import os
from importlib import import_module
from typing import Any

from celery import Celery, signals
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jobsite.settings")
# Django's checks would import every view into each worker and beat: seconds of each start. `bin/test` runs them.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

app = Celery("jobsite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def _configure_logging(**_: Any) -> None:
    """With a receiver here Celery leaves logging to Django's settings."""
    logging.config.dictConfig(settings.LOGGING)


@signals.worker_init.connect
@signals.beat_init.connect
def _refuse_a_wrong_key(**_: Any) -> None:
    """Ends the process by SystemExit: any other exception of a receiver Celery only logs."""
    try:
        import_module("jobsite.up.fingerprint").check()
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from error
    finally:
        connections.close_all()  # The pool forks next.
