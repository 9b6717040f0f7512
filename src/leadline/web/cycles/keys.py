"""The key of a cycle: outside the database, readable by its owner alone, destroyed at sealing.

It turns a rater into a pseudonym that is the same in the whole cycle and means nothing without the key.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path
from uuid import UUID

from django.conf import settings

from leadline.errors import LeadlineError
from leadline.web.cycles.models import Assignment, Cycle

SIZE = 32


class KeyGoneError(LeadlineError):
    """The key was destroyed, or its file is missing."""


def _path(cycle_id: UUID) -> Path:
    return Path(settings.LEADLINE_DATA) / "keys" / f"{cycle_id}.key"


def create(cycle: Cycle) -> None:
    """Make the key of a cycle, once; a key that exists is left alone."""
    path = _path(cycle.pk)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(SIZE))
        file.flush()
        os.fsync(file.fileno())


def exists(cycle: Cycle) -> bool:
    """Whether the key still lives."""
    return _path(cycle.pk).exists()


def destroy(cycle: Cycle) -> None:
    """Overwrite and delete the key; what it joined can no longer be joined."""
    path = _path(cycle.pk)
    if path.exists():
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(SIZE))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()


def pseudonym(assignment: Assignment) -> str:
    """The rater of an assignment as the scorer sees them.

    Raises
    ------
    KeyGoneError
        ``web.cycles.key_gone``.
    """
    path = _path(assignment.participant.cycle_id)
    try:
        key = path.read_bytes()
    except FileNotFoundError as cause:
        raise KeyGoneError("web.cycles.key_gone") from cause
    rater = assignment.rater_id or assignment.stakeholder_id
    return hmac.new(key, str(rater).encode(), hashlib.sha256).hexdigest()
