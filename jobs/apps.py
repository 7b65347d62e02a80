"""The app that holds what work exists and the only code that changes its state."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    name = "jobs"

    def ready(self) -> None:
        """Import every app's `actions.py`, so that all processes know the same actions."""
        autodiscover_modules("actions")
