"""A class that is unused can go: ended jobs keep its number, and what waits of it is found by an index."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("jobs", "0008_crons_fire"), ("workers", "0004_beat_ticked_at")]

    operations = [
        migrations.AlterField(
            model_name="job",
            name="capacity_class",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="jobs",
                to="workers.capacityclass",
            ),
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("ready", False), ("status", "waiting")),
                fields=["capacity_class"],
                name="job_waits_unready",
            ),
        ),
    ]
