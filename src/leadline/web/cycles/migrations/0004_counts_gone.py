"""How many of a group answered, in cycles sealed before, becomes a step like everywhere; the exact numbers go."""

from collections import Counter

from django.db import migrations

FEW, ENOUGH, ALL = range(3)
ASKED = ("approved", "removed")
LEAST = 3


def note(apps, editor):
    """As :mod:`leadline.web.cycles.progress` noted it when this was written."""
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
                    step=_step(n, counts[ratee].get(name, 0), name, cycle.thresholds.get(name, 0)),
                )
                for (ratee, name), n in sorted(asked.items(), key=str)
            ),
            batch_size=500,
        )
        cycle.noted = cycle.closes or cycle.created.date()
        cycle.save(update_fields=["noted"])


def _step(n, n_in, name, asked_for):
    if name in ("self", "manager"):
        return ALL if n_in else FEW
    if n_in < max(int(asked_for), LEAST):
        return FEW
    return ALL if n_in == n else ENOUGH


class Migration(migrations.Migration):
    dependencies = [("cycles", "0003_progress")]
    operations = [
        migrations.RunPython(note, elidable=False),
        migrations.RemoveField("participant", "counts"),
    ]
