"""The app of access tokens and role groups."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "jobsite.access"
    label = "access"
    verbose_name = "access"
