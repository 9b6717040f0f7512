"""Columns for figures and comments that only the cycle's key opens."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("results", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Basis",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="basis",
                        serialize=False,
                        to="results.run",
                    ),
                ),
                ("held", models.BinaryField(null=True)),
                ("sets", models.BinaryField()),
                ("record", models.BinaryField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Record",
            fields=[
                (
                    "cycle",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="record",
                        serialize=False,
                        to="cycles.cycle",
                    ),
                ),
                ("content", models.JSONField()),
            ],
        ),
        migrations.AddField("run", "hidden", models.BinaryField(null=True)),
        migrations.AddField("result", "hidden", models.BinaryField(null=True)),
        migrations.AddField("result", "brief", models.BinaryField(null=True)),
        migrations.RenameField("result", "sets", "plain_sets"),
        migrations.AddField("result", "sets", models.BinaryField(null=True)),
        migrations.AddField("comment", "hidden", models.BinaryField(null=True)),
        migrations.AlterField("comment", "text", models.TextField(blank=True)),
    ]
