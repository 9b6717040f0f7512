"""All chains of an installation checked from the command line: no server runs, and nothing is written."""

from __future__ import annotations

import os
import secrets
from importlib import import_module
from pathlib import Path
from typing import Any

from leadline.errors import UsageError
from leadline.web.accounts.chain import FILE
from leadline.web.project.environment import Environment
from leadline.web.project.environment import database as database_at
from leadline.web.project.serve import SETTINGS


def verify(*, data: str | None, database: str | None, heads: str | None) -> list[Any]:
    """Check the chain of every organisation against the key and the heads.

    Parameters
    ----------
    data : str, optional
        The data folder; the environment's, else ``leadline-data``.
    database : str, optional
        Address of the database; the environment's, else the SQLite file in the data folder.
    heads : str, optional
        Folder of the heads; the environment's, else that in the data folder.

    Returns
    -------
    list of leadline.web.accounts.chain.Verdict
        One an organisation, and one a chain of which there are heads alone.

    Raises
    ------
    UsageError
        ``web.project.verify.no_data``, ``no_database``, ``no_heads``, ``no_audit`` or ``unreadable``.
    AuditKeyError
        ``web.accounts.audit_key_gone``.
    """
    given = {"LEADLINE_DATA": data, "LEADLINE_DATABASE_URL": database, "LEADLINE_AUDIT_HEADS": heads}
    os.environ.update({name: value for name, value in given.items() if value})
    environment = Environment(os.environ)
    folder = Path(environment.text("DATA", "leadline-data"))
    if not folder.is_dir():
        raise UsageError("web.project.verify.no_data", data=folder)
    if heads and not Path(heads, FILE).is_file():
        raise UsageError("web.project.verify.no_heads", folder=heads, file=FILE)
    place = database_at(environment.text("DATABASE_URL"), folder)
    if str(place["ENGINE"]).endswith("sqlite3") and not Path(str(place["NAME"])).is_file():
        raise UsageError("web.project.verify.no_database", path=place["NAME"])
    # Settings make the key that signs sessions where there is none; none is signed here.
    os.environ.pop("LEADLINE_SECRET_KEY_FILE", None)
    os.environ |= {"LEADLINE_SECRET_KEY": secrets.token_urlsafe(50), "DJANGO_SETTINGS_MODULE": SETTINGS}
    try:
        return list(import_module("leadline.web.project.verdicts").verdicts())
    except OSError as cause:
        # Status 1 is kept for an audit that does not hold.
        raise UsageError(
            "web.project.verify.unreadable", path=cause.filename, reason=cause.strerror or str(cause)
        ) from cause
