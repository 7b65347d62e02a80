"""The app that holds what work exists and the only code that changes its state."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    name = "jobs"

    def ready(self) -> None:
        """Import the shipped actions and every app's `actions.py`, so that all processes know the same ones."""
        # By name: actions use the engine, and the engine uses the registry beside them.
        import_module("jobs.actions.shipped").install()
        autodiscover_modules("actions")
