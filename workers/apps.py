"""Workers: model, capacity arithmetic, presence."""

from django.apps import AppConfig


class WorkersConfig(AppConfig):
    name = "workers"
