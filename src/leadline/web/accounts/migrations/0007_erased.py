from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_kept_encrypted"),
    ]

    operations = [
        migrations.AddField(
            model_name="auditrecord",
            name="erased",
            field=models.CharField(blank=True, max_length=64),
        ),
    ]
