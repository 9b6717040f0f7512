"""What is kept of a rater's form after the session ended: encrypted with the cycle's key, as a draft is."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from leadline.web.accounts.keeping import CIPHERS
from leadline.web.cycles import keys
from leadline.web.cycles.keys import Key
from leadline.web.cycles.models import Assignment


def cipher_of(path: str) -> Key | None:
    """The key of the cycle whose form an address belongs to; None for other addresses.

    Raises
    ------
    KeyGoneError
        The cycle's key is missing.
    """
    try:
        named = resolve(urlsplit(path).path).kwargs.get("assignment_id")
    except Resolver404:
        return None
    own = Assignment.objects.select_related("participant").filter(pk=named).first() if named else None
    return keys.of(own.participant.cycle_id) if own else None


CIPHERS.append(cipher_of)
