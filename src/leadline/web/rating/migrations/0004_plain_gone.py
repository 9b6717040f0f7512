"""Nothing of what a rater wrote is left readable."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rating", "0003_encrypt")]
    operations = [
        migrations.RemoveField("draft", "answers"),
        migrations.RemoveField("draft", "comments"),
        migrations.RemoveField("draft", "seconds"),
        migrations.RemoveField("draft", "revision"),
        migrations.RemoveField("draft", "saved"),
        migrations.RemoveField("submission", "relationship"),
        migrations.RemoveField("submission", "pseudonym"),
        migrations.RemoveField("submission", "answers"),
        migrations.RemoveField("submission", "comments"),
        migrations.AlterField("draft", "content", models.BinaryField()),
        migrations.AlterField("submission", "content", models.BinaryField()),
    ]
