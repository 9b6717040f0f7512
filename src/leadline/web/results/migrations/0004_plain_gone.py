"""Only what is encrypted, or sealed, is left."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("results", "0003_encrypt")]
    operations = [
        migrations.RemoveField("run", "sets"),
        migrations.RemoveField("result", "plain_sets"),
        migrations.RemoveField("comment", "original"),
    ]
