"""manage.py changepassword: Django's own, with its row in the audit."""

from django.contrib.auth.management.commands import changepassword

from jobsite.access.audited_command import AuditedCommand


class Command(AuditedCommand, changepassword.Command):
    pass
