"""Under which group and competency a comment is shown joins its text in what only the cycle's key opens."""

from django.db import migrations, models

from leadline.web.cycles import keys


def encrypt(apps, editor):
    """Cycle by cycle; where the key is gone nobody can read the text either."""
    for cycle in apps.get_model("cycles", "Cycle").objects.exclude(state__in=("sealed", "cancelled")):
        rows = apps.get_model("results", "Comment").objects.filter(participant__cycle=cycle)
        if not rows.exists():
            continue
        key = keys.of(cycle.pk) if keys.exists(cycle) else None
        for row in rows.exclude(hidden=None).iterator(500):
            if key:
                about = ("comment", row.pk, row.participant_id)
                said = {"group": row.group, "competency": row.competency}
                said |= key.decrypt(row.hidden, *about)
                row.hidden = key.encrypt(said, *about)
            row.group = row.competency = ""
            row.save(update_fields=["hidden", "group", "competency"])


class Migration(migrations.Migration):
    dependencies = [("results", "0005_correction")]
    operations = [
        migrations.AlterField("comment", "group", models.CharField(blank=True, max_length=40)),
        migrations.RunPython(encrypt, elidable=False),
    ]
