"""Semantic versions: MAJOR.MINOR.PATCH, with ``-draft`` or the like before a release."""

from __future__ import annotations

import re
from collections.abc import Iterable

VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9a-z]+(\.[0-9a-z]+)*)?")


def precedence(version: str) -> tuple[object, ...]:
    """Sorting key of a version by the rules of Semantic Versioning 2.0.0, section 11.

    What is no version sorts before all versions.

    Examples
    --------
    >>> sorted(["1.10.0", "1.9.0", "2.0.0", "2.0.0-draft.2", "2.0.0-draft.10"], key=precedence)
    ['1.9.0', '1.10.0', '2.0.0-draft.2', '2.0.0-draft.10', '2.0.0']
    """
    found = VERSION.fullmatch(version)
    if not found:
        return ((-1,), False, (), version)
    numbers = tuple(int(number) for number in found.group(1, 2, 3))
    marks = (found[4] or "").lstrip("-").split(".")
    ranks = tuple((0, int(mark), "") if mark.isdigit() else (1, 0, mark) for mark in marks)
    return (numbers, not found[4], ranks, version)


def newest(versions: Iterable[str]) -> str:
    """The newest version; one marked as a draft only where there is no other.

    Examples
    --------
    >>> newest(["1.9.0", "1.10.0", "2.0.0-draft"])
    '1.10.0'
    """
    ordered = sorted(versions, key=precedence)
    final = [version for version in ordered if "-" not in version]
    return (final or ordered)[-1]
