"""What the roles may do with locks, pauses, workers and crons."""

from django.db import migrations

from jobsite.access.roles import make_groups


class Migration(migrations.Migration):
    dependencies = [("access", "0002_roles")]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
