"""People of an earlier assessment, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from pathlib import Path

from leadline.errors import UsageError
from leadline.scoring import Comparison, Scorecard, compare
from leadline.workflows.folder import read_manifest


def saved_scorecard(out: str | Path) -> Scorecard:
    """The scorecard of an earlier assessment.

    Parameters
    ----------
    out : path
        Folder that :func:`assess` wrote, or one that :func:`demo` wrote.

    Returns
    -------
    Scorecard

    Raises
    ------
    UsageError
        No assessment is there.

    Examples
    --------
    >>> saved_scorecard("nowhere")
    Traceback (most recent call last):
    ...
    leadline.errors.tree.UsageError: nowhere does not hold an assessment. ...
    """
    for folder in (Path(out), Path(out) / "assessment"):
        manifest = read_manifest(folder)
        if manifest is not None and manifest["leadline"] == "assess":
            return Scorecard.load(folder)
    raise UsageError("workflows.not_an_assessment", place=str(out))


def compare_saved(out: str | Path, people: Sequence[str] = (), *, top: int | None = None) -> Comparison:
    """Compare people of an earlier assessment.

    Parameters
    ----------
    out : path
        Folder that :func:`assess` wrote.
    people : sequence of str
        Two or more ratees.
    top : int, optional
        Instead of people: the k highest of the ranking.

    Returns
    -------
    Comparison

    Raises
    ------
    UsageError
        Neither or both of ``people`` and ``top``, or no assessment there.

    Examples
    --------
    >>> compare_saved("nowhere", ["ada", "lin"])
    Traceback (most recent call last):
    ...
    leadline.errors.tree.UsageError: nowhere does not hold an assessment. ...
    """
    return compare_among(saved_scorecard(out), people, top=top)


def compare_among(scorecard: Scorecard, people: Sequence[str] = (), *, top: int | None = None) -> Comparison:
    """Compare people of a scorecard.

    Parameters
    ----------
    scorecard : Scorecard
    people, top
        As :func:`compare_saved`.

    Returns
    -------
    Comparison

    Raises
    ------
    UsageError
        Neither or both of ``people`` and ``top``.

    Examples
    --------
    >>> from leadline.workflows import score_figures
    >>> compare_among(score_figures({"te": 85}), ["1"], top=2)
    Traceback (most recent call last):
    ...
    leadline.errors.tree.UsageError: Say whom to compare. ...
    """
    if bool(people) == (top is not None):
        raise UsageError("workflows.people_or_top")
    if top is not None:
        ranked = [(r, p) for r, p in zip(scorecard.rank, scorecard.ratees, strict=True) if not isnan(r)]
        people = [ratee for _, ratee in sorted(ranked)[:top]]
    return compare(scorecard, people)
