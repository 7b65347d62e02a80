"""manage.py createsuperuser: Django's own, with its row in the audit."""

from django.contrib.auth.management.commands import createsuperuser

from jobsite.access.audited_command import AuditedCommand


class Command(AuditedCommand, createsuperuser.Command):
    pass
