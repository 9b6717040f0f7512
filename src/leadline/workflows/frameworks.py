"""Jobs on frameworks, for both faces."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from leadline.errors import Fault
from leadline.frameworks import (
    Change,
    Framework,
    FrameworkSummary,
    check_framework,
    diff_frameworks,
    list_frameworks,
    load_framework,
)


def known_frameworks() -> tuple[FrameworkSummary, ...]:
    """Built-in frameworks and those in the folder ``LEADLINE_FRAMEWORKS``.

    Returns
    -------
    tuple of FrameworkSummary

    Examples
    --------
    >>> "technical-leadership" in {summary.id for summary in known_frameworks()}
    True
    """
    return list_frameworks()


def show_framework(framework: str, profiles: Sequence[str] = ()) -> Framework:
    """A framework with profiles applied.

    Parameters
    ----------
    framework : str
        Id, ``id@version`` or path.
    profiles : sequence of str

    Returns
    -------
    Framework

    Examples
    --------
    >>> show_framework("technical-leadership").scale.max
    5
    """
    return load_framework(framework).with_profiles(*profiles)


def faults_of_framework(path: str | Path) -> tuple[Fault, ...]:
    """All faults of a framework folder; none when it is sound.

    Parameters
    ----------
    path : path
        Folder of one framework version.

    Returns
    -------
    tuple of Fault

    Examples
    --------
    >>> from leadline.frameworks import list_frameworks
    >>> faults_of_framework(list_frameworks()[0].path)
    ()
    """
    return check_framework(path)


def framework_changes(before: str, after: str) -> tuple[Change, ...]:
    """What changed from one framework to another, by meaning.

    Parameters
    ----------
    before, after : str
        Id, ``id@version`` or path.

    Returns
    -------
    tuple of Change

    Examples
    --------
    >>> framework_changes("technical-leadership", "technical-leadership")
    ()
    """
    return diff_frameworks(load_framework(before), load_framework(after))
