"""The app of the admin's pages; it has no models of its own."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "jobsite.console"
    label = "console"
