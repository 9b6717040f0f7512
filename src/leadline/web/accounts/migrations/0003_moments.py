"""Of moments stays what is needed: the hour a kept form expires, the day of a sign-in and of a session's end.

Links in mails to those who have signed in before are used up by it; their page offers a new one.
"""

from datetime import datetime, timedelta
from secrets import randbelow

from django.apps.registry import Apps
from django.db import migrations

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BATCH = 500


def kept_until(typed: datetime) -> datetime:
    return (typed + DAY + HOUR).replace(minute=0, second=0, microsecond=0)


def midnight(time: datetime) -> datetime:
    return time.replace(hour=0, minute=0, second=0, microsecond=0)


def some_time_on(time: datetime) -> datetime:
    return midnight(time) + timedelta(seconds=randbelow(24 * 3600))


def end_of_day(time: datetime) -> datetime:
    return midnight(time) + DAY


def coarsen(apps: Apps, _: object) -> None:
    for model, field, coarse in (
        (("accounts", "Kept"), "expires", kept_until),
        (("accounts", "User"), "last_login", some_time_on),
        (("sessions", "Session"), "expire_date", end_of_day),
    ):
        rows = list(apps.get_model(*model).objects.exclude(**{field: None}))
        for row in rows:
            setattr(row, field, coarse(getattr(row, field)))
        apps.get_model(*model).objects.bulk_update(rows, [field], batch_size=BATCH)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_kept"), ("sessions", "0001_initial")]
    operations = [
        migrations.RenameField("kept", "time", "expires"),
        migrations.RunPython(coarsen, migrations.RunPython.noop),
    ]
