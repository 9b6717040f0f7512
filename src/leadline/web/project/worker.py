"""The worker: runs tasks and the clock, started by ``leadline serve``."""

from __future__ import annotations

import os
import threading

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadline.web.project.settings")
django.setup()

from leadline.web.project import clock  # noqa: E402  models load only once Django is set up

if __name__ == "__main__":
    threading.Thread(target=clock.run, args=(threading.Event(),), daemon=True).start()
    call_command("db_worker", queue_name="*", interval=0.5, verbosity=0)
