"""What was done about results in which something is wrong."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("results", "0004_plain_gone"), ("cycles", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Correction",
            fields=[
                (
                    "participant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="correction",
                        serialize=False,
                        to="cycles.participant",
                    ),
                ),
                ("withdrawn", models.DateField(null=True)),
                ("reason", models.TextField(blank=True)),
                ("note", models.TextField(blank=True)),
                ("noted", models.DateField(null=True)),
                ("asked", models.DateField(null=True)),
                ("enough", models.BooleanField(null=True)),
            ],
        ),
    ]
