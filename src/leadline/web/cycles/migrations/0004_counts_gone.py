"""How many of a group answered, in cycles sealed before, becomes a step like everywhere; the exact numbers go."""

from collections import Counter

from django.db import migrations

from leadline.scoring.disclosure import ATTRIBUTED
from leadline.web.cycles.checking import threshold
from leadline.web.cycles.progress import ALL, ASKED, FEW, group_step


def note(apps, editor):
    """As :mod:`leadline.web.cycles.progress` notes it."""
    for cycle in apps.get_model("cycles", "Cycle").objects.filter(state="sealed", noted=None):
        rows = apps.get_model("cycles", "Assignment").objects.filter(
            participant__cycle=cycle, state__in=ASKED
        )
        asked = Counter(rows.values_list("participant", "relationship"))
        counts = dict(
            apps.get_model("cycles", "Participant").objects.filter(cycle=cycle).values_list("pk", "counts")
        )
        progress = apps.get_model("cycles", "GroupProgress")
        progress.objects.bulk_create(
            (
                progress(
                    participant_id=ratee,
                    relationship=name,
                    first=n,
                    step=_step(n, counts[ratee].get(name, 0), name, threshold(cycle, name)),
                )
                for (ratee, name), n in sorted(asked.items(), key=str)
            ),
            batch_size=500,
        )
        cycle.noted = cycle.closes or cycle.created.date()
        cycle.save(update_fields=["noted"])


def _step(n, n_in, name, least):
    if name in ATTRIBUTED:
        return ALL if n_in else FEW
    return group_step(n, n_in, first=n, least=least)


class Migration(migrations.Migration):
    dependencies = [("cycles", "0003_progress")]
    operations = [
        migrations.RunPython(note, elidable=False),
        migrations.RemoveField("participant", "counts"),
    ]
