"""The key of a cycle: outside the database, readable by its owner alone, destroyed at sealing.

What raters wrote, and every figure made of it, is encrypted with it. Two keys are derived from it: one for
that, one that turns a rater and a ratee into a pseudonym, which means nothing without it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path
from uuid import UUID

from django.conf import settings

from leadline.errors import LeadlineError
from leadline.web.cycles.models import Assignment, Cycle
from leadline.web.look.secrecy import Cipher, derived

SIZE = 32
OVER = ("sealed", "cancelled")
"""States of a cycle whose key was destroyed."""


class KeyGoneError(LeadlineError):
    """The key was destroyed, or its file is missing or not whole: :func:`gone` says which."""


class Key(Cipher):
    """What the key of a cycle can do. Held for one request or one scoring, never longer."""

    def __init__(self, secret: bytes) -> None:
        super().__init__(derived(secret, "answers"))
        self._names = derived(secret, "names")

    def pseudonym(self, rater: UUID, participant: UUID) -> str:
        """A rater on one ratee: another one on every other ratee, so that no two sheets can be joined."""
        return self.digest(f"{rater}/{participant}")

    def rater(self, rater: UUID) -> str:
        """A rater in the whole cycle: for the scorer's memory and for what this key encrypts alone."""
        return self.digest(str(rater))[:16]

    def digest(self, text: str) -> str:
        """A fingerprint that nobody without the key can compare a guess with."""
        return hmac.new(self._names, text.encode(), hashlib.sha256).hexdigest()


def path(cycle_id: UUID, kind: str = "key") -> Path:
    """Where the key of a cycle lies, or its ledger."""
    return Path(settings.LEADLINE_DATA) / "keys" / f"{cycle_id}.{kind}"


def create(cycle: Cycle) -> None:
    """Make the key of a cycle, once; a key that exists is left alone.

    It appears whole or not at all: a full disk would leave an empty file, and everybody has an empty key.
    """
    own = path(cycle.pk)
    own.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=own.parent, prefix=".key-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(SIZE))
            file.flush()
            os.fsync(file.fileno())
        os.link(name, own)
    except FileExistsError:
        return
    finally:
        Path(name).unlink()


def exists(cycle: Cycle) -> bool:
    """Whether the key still lives."""
    return path(cycle.pk).exists()


def of(cycle_id: UUID) -> Key:
    """The key of a cycle.

    Raises
    ------
    KeyGoneError
        As of :func:`gone`.
    """
    try:
        secret = path(cycle_id).read_bytes()
    except FileNotFoundError as cause:
        raise gone(cycle_id) from cause
    if len(secret) != SIZE:
        raise gone(cycle_id)
    return Key(secret)


def gone(cycle_id: UUID) -> KeyGoneError:
    """Why a key cannot be read, in the words of its cycle.

    ``web.cycles.key_destroyed``: for good, by sealing or cancelling; ``web.cycles.key_gone``: its file is
    away.
    """
    title, state = Cycle.objects.filter(pk=cycle_id).values_list("title", "state").first() or ("", "")
    if state in OVER:
        return KeyGoneError("web.cycles.key_destroyed", cycle=title)
    return KeyGoneError("web.cycles.key_gone", cycle=title, file=path(cycle_id).name)


def destroy(cycle: Cycle) -> None:
    """Overwrite and delete the key: what it encrypted, its ledger too, can no longer be read anywhere."""
    own = path(cycle.pk)
    if own.exists():
        with own.open("r+b") as file:
            file.write(secrets.token_bytes(SIZE))
            file.flush()
            os.fsync(file.fileno())
        own.unlink()
    path(cycle.pk, "ledger").unlink(missing_ok=True)


def destroy_left() -> None:
    """Destroy keys of cycles that are over: a program killed between commit and deletion leaves one."""
    for cycle in Cycle.objects.filter(state__in=OVER):
        destroy(cycle)


def rater_of(assignment: Assignment) -> UUID:
    """Key of whoever rates, a person or a stakeholder."""
    found: UUID = assignment.rater_id or assignment.stakeholder_id  # type: ignore[assignment]  # one of them is set
    return found
