"""Django's name for the app."""

from django.apps import AppConfig


class UpConfig(AppConfig):
    """Embedded services, `manage.py up`, and the fingerprint of the secret key."""

    name = "jobsite.up"
    label = "up"
    verbose_name = "Start-up"
