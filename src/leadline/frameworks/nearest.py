"""Did you mean: the nearest known name to one that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def names(known: Iterable[str]) -> str:
    """Names as one list for a message; a dash where there are none."""
    return ", ".join(known) or "—"


def spelling(code: str, wanted: str, known: Iterable[str]) -> tuple[str, dict[str, str]]:
    """Code and fields of the message about an unknown name.

    Parameters
    ----------
    code : str
        With ``{}`` for ``misspelt`` (a known name is near: field ``near``) or ``unknown``.
    wanted : str
    known : iterable of str

    Returns
    -------
    code : str
    fields : dict
        ``wanted``, ``near``, ``allowed``.

    Examples
    --------
    >>> code, fields = spelling("frameworks.{}_profile", "fintec", ["fintech", "it"])
    >>> code, fields["near"]
    ('frameworks.misspelt_profile', 'fintech')
    """
    allowed = list(known)
    near = get_close_matches(wanted, allowed, n=1)
    fields = {"wanted": wanted, "near": near[0] if near else "", "allowed": names(allowed)}
    return code.format("misspelt" if near else "unknown"), fields
