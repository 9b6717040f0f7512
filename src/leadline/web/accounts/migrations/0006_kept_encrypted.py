"""What is kept of a form becomes an encrypted text; the rating app encrypts what is there."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_chain_keyed")]
    operations = [migrations.AlterField("kept", "fields", models.TextField())]
