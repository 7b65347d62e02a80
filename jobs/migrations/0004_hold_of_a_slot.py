from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0003_locks_holds_pauses'),
    ]

    operations = [
        migrations.AddField(
            model_name='hold',
            name='slot_missing',
            field=models.BooleanField(db_default=False),
        ),
    ]
