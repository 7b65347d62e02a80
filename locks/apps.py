"""Named locks with a live owner."""

from django.apps import AppConfig


class LocksConfig(AppConfig):
    name = "locks"
