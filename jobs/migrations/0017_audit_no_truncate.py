"""TRUNCATE empties a table without asking the triggers of its rows: the audit refuses it too."""

from django.db import migrations

GUARD = """
CREATE TRIGGER jobs_auditevent_no_truncate BEFORE TRUNCATE ON jobs_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION jobs_audit_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("jobs", "0016_dry_run")]

    operations = [migrations.RunSQL(GUARD, "DROP TRIGGER jobs_auditevent_no_truncate ON jobs_auditevent")]
