"""What happens before the server starts: settings checked, database up to date, static files gathered."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

django.setup()

from leadline.web.project.setup import address, is_due  # noqa: E402  models load only once Django is set up


def prepare() -> tuple[str, Path, bool]:
    """Prepare.

    Returns
    -------
    url : str
        Address to open; that of first run when nobody has an account.
    data : Path
        The data folder.
    first : bool
        Whether this is the first run.
    """
    data = Path(settings.LEADLINE_DATA)
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    call_command("check", fail_level="ERROR", stdout=StringIO())
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    first = is_due()
    return (address() if first else settings.LEADLINE_URL), data, first
