"""What Django's models can not say: table storage for rows that change often, and an audit that can only grow."""

from django.db import migrations

STORAGE = """
-- Room for the next version of a row beside it, and vacuum after few changes: dead rows slow the claim's index scans.
ALTER TABLE jobs_job SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
    autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE workers_worker SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);
"""

AUDIT_GUARD = """
CREATE FUNCTION jobs_audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit rows are never changed or deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER jobs_auditevent_append_only BEFORE UPDATE OR DELETE ON jobs_auditevent
    FOR EACH ROW EXECUTE FUNCTION jobs_audit_is_append_only();
"""

AUDIT_UNGUARD = "DROP TRIGGER jobs_auditevent_append_only ON jobs_auditevent; DROP FUNCTION jobs_audit_is_append_only();"


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial"), ("workers", "0001_initial")]

    operations = [
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        migrations.RunSQL(AUDIT_GUARD, AUDIT_UNGUARD),
    ]
