"""What `up` does inside Django, once the database answers: migrate, compare the key, make the first user."""

import os
from importlib import import_module

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import OperationalError, connection, connections

from jobsite.patience import without_limits
from jobsite.up.errors import Refused
from jobsite.up.paths import Paths

# Any number that only this uses: two `up` on one database must not migrate side by side.
MIGRATION_LOCK = 0x6A6F62


def prepare(paths: Paths, url: str) -> None:
    """Leaves no connection open: children are forked next. Refused with what a person can do about it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jobsite.settings")
    try:
        django.setup()
        with without_limits(connection), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        call_command("migrate", interactive=False, verbosity=0)
        # By name: what they import at their top exists only after django.setup().
        import_module("jobsite.up.fingerprint").check()
        import_module("jobsite.up.credentials").ensure(paths, url)
    except ImproperlyConfigured as error:
        raise Refused(str(error)) from error
    except OperationalError as error:
        raise Refused(f"the database does not answer (DATABASE_URL): {str(error).strip()}") from error
    finally:
        connections.close_all()
