"""The key of the audit chain: a file outside the database, readable by its owner alone, made once."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from django.conf import settings

from leadline.errors import LeadlineError

SIZE = 32


class AuditKeyError(LeadlineError):
    """The key of the audit is missing, or is there before it was made."""


def path() -> Path:
    """Where the key is."""
    return Path(settings.LEADLINE_AUDIT_KEY)


def read() -> bytes:
    """The key.

    Raises
    ------
    AuditKeyError
        ``web.accounts.audit_key_gone``.
    """
    try:
        return path().read_bytes()
    except FileNotFoundError as cause:
        raise AuditKeyError("web.accounts.audit_key_gone", path=path()) from cause


def make() -> None:
    """Make the key; one that exists is left alone.

    It appears whole or not at all: another process may read it at the same moment.
    """
    path().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path().parent, prefix=".audit-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(SIZE))
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path())
    except FileExistsError:
        return
    finally:
        Path(name).unlink()
