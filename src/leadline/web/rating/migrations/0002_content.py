"""A column for what only the cycle's key opens."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rating", "0001_initial")]
    operations = [
        migrations.AddField("draft", "content", models.BinaryField(null=True)),
        migrations.AddField("submission", "content", models.BinaryField(null=True)),
        migrations.RemoveConstraint("submission", "submitted_once"),
    ]
