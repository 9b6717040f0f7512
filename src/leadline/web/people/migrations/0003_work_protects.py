import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_kept_encrypted"),
        ("people", "0002_addresses"),
    ]

    operations = [
        migrations.AddField(
            model_name="import",
            name="notices",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="import",
            name="reading",
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name="import",
            name="rows",
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name="person",
            name="manager",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reports",
                to="people.person",
            ),
        ),
        migrations.AlterField(
            model_name="person",
            name="team",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="people",
                to="people.team",
            ),
        ),
        migrations.AlterField(
            model_name="team",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="parts",
                to="people.team",
            ),
        ),
        migrations.CreateModel(
            name="Heading",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("heading", models.CharField(max_length=200)),
                ("column", models.CharField(blank=True, max_length=20)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="headings",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "heading"), name="heading_once")
                ],
            },
        ),
    ]
