"""The Celery application: JSON only, no result backend, no remote control. The broker carries nothing but bells."""

import logging.config
import os
from typing import Any

from celery import Celery, signals
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jobsite.settings")

app = Celery("jobsite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def _configure_logging(**_: Any) -> None:
    """With a receiver here Celery leaves logging to Django's settings."""
    logging.config.dictConfig(settings.LOGGING)
