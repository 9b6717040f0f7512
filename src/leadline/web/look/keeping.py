"""A mark in a form of whom its page was made for, so that what is typed there can be kept for them alone."""

from __future__ import annotations

from django.core import signing

MARK = "kept-for"
SALT = "leadline.web.look.keeping"
LONGEST = 30 * 24 * 3600
"""Seconds a page may stay open."""


def mark(user_id: object) -> str:
    """The signed mark of a user."""
    return signing.dumps(str(user_id), salt=SALT)


def owner(text: str) -> str | None:
    """Whose mark it is; None where it is nobody's, made up or too old."""
    try:
        return str(signing.loads(text, salt=SALT, max_age=LONGEST))
    except signing.BadSignature:
        return None
