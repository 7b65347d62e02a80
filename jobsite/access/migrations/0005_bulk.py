"""What the roles may do to many jobs at once."""

from django.db import migrations

from jobsite.access.roles import make_groups


class Migration(migrations.Migration):
    dependencies = [("access", "0004_login_failures_and_throttle")]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
