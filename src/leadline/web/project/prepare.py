"""What happens before the server starts: settings checked, database up to date, static files gathered."""

from __future__ import annotations

import sys
from pathlib import Path

import django
import psycopg
from django.conf import settings
from django.core.checks import ERROR, CheckMessage, run_checks
from django.core.management import call_command
from django.db import connection
from django.utils import translation

from leadline.errors import UsageError

django.setup()

from leadline.web.accounts import audit_key  # noqa: E402  models load only once Django is set up
from leadline.web.accounts.models import AuditRecord  # noqa: E402
from leadline.web.project.setup import address, is_due  # noqa: E402


def prepare(language: str = "en") -> tuple[str, Path, bool]:
    """Prepare.

    Parameters
    ----------
    language : {"en", "zh"}
        Of what is wrong with settings.

    Returns
    -------
    url : str
        Address to open; that of first run when nobody has an account.
    data : Path
        The data folder.
    first : bool
        Whether this is the first run.

    Raises
    ------
    UsageError
        ``web.project.serve.misconfigured`` or ``no_database``.
    AuditKeyError
        ``web.accounts.audit_key_gone``: nothing could be recorded.
    """
    with translation.override("zh-hans" if language == "zh" else "en"):
        _check_settings()
    check_database()
    call_command("migrate", verbosity=0, interactive=False)
    if AuditRecord.objects.exists():
        audit_key.read()
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    first = is_due()
    return (address() if first else settings.LEADLINE_URL), Path(settings.LEADLINE_DATA), first


def _check_settings() -> None:
    """Refuse settings that do not work, all of them at once; say which are likely not meant."""
    found = run_checks()
    wrong = [one for one in found if one.level >= ERROR]
    # Django's own often say the same of a setting that is made from ours.
    if ours := _ours(wrong) or wrong:
        raise UsageError("web.project.serve.misconfigured", faults=_said(ours))
    if doubtful := _ours(found):
        sys.stderr.write(f"{_said(doubtful)}\n")


def _ours(found: list[CheckMessage]) -> list[CheckMessage]:
    return [one for one in found if str(one.id).startswith("leadline.")]


def _said(found: list[CheckMessage]) -> str:
    return "\n".join(f"  {one.id}: {one.msg}\n    {one.hint or ''}".rstrip() for one in found)


def check_database() -> None:
    """Ask a database server once: the pool would ask again and again, and say so each time."""
    if connection.vendor != "postgresql":
        return
    try:
        psycopg.connect(**{**connection.get_connection_params(), "connect_timeout": 5}).close()
    except psycopg.OperationalError as cause:
        # The server's first line is the cause; its others ask what the hint asks.
        reason = str(cause).splitlines()[0].rstrip(".")
        raise UsageError("web.project.serve.no_database", reason=reason) from cause
