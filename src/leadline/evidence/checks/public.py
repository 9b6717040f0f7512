"""The checks of the tables as pure functions: a dataframe in, clean rows and faults out."""

from __future__ import annotations

from leadline.errors import Fault
from leadline.evidence.checks.table import check_table
from leadline.evidence.frames import Frame
from leadline.evidence.rules import Rules
from leadline.evidence.sources.raw import RawTable
from leadline.frameworks import Framework

Result = tuple[Frame, tuple[Fault, ...]]
"""Rows without a fault, and every fault; with a fault that names no row, nothing can be relied upon."""


def _check(
    frame: Frame, table: str, framework: Framework | None, place: str | None, *, last_wins: bool
) -> Result:
    raw = RawTable(frame, place or table)
    checked = check_table(raw, table, Rules.of(framework), last_wins=last_wins)
    return checked.good, checked.findings.faults()


def check_ratings(
    frame: Frame, framework: Framework | None = None, *, place: str | None = None, last_wins: bool = False
) -> Result:
    """Check a ratings table.

    Parameters
    ----------
    frame : Frame, N rows
        One row a judgement: ``ratee, rater, item, rating``, optional
        ``relationship, cycle, time, comment, weight``.
    framework : Framework, optional
        What is allowed beyond the rules that always hold.
    place : str, optional
        How faults call the table.
    last_wins : bool
        Of rows with the same key the last stands, and repeating is no fault.

    Returns
    -------
    clean : Frame
        The rows without a fault, columns in their types, known ones first.
    faults : tuple of Fault

    Examples
    --------
    >>> import polars as pl
    >>> bad = pl.DataFrame({"ratee": ["ada"], "rater": ["ada"], "relationship": ["peer"], "item": ["i"],
    ...                     "rating": ["3.5"]})
    >>> [(fault.code, fault.row, fault.column) for fault in check_ratings(bad)[1]]
    [('evidence.not_whole', 2, 'rating'), ('evidence.self_as_other', 2, 'relationship')]
    """
    return _check(frame, "ratings", framework, place, last_wins=last_wins)


def check_responses(
    frame: Frame, framework: Framework | None = None, *, place: str | None = None, last_wins: bool = False
) -> Result:
    """Check a responses table.

    Parameters
    ----------
    frame : Frame, N rows
        One row an answer: ``ratee, item, response``, optional ``seconds, form, time, cycle``.
    framework : Framework, optional
        What is allowed beyond the rules that always hold.
    place : str, optional
        How faults call the table.
    last_wins : bool
        Of rows with the same key the last stands, and repeating is no fault.

    Returns
    -------
    clean : Frame
        The rows without a fault, columns in their types, known ones first.
    faults : tuple of Fault

    Examples
    --------
    >>> import polars as pl
    >>> check_responses(pl.DataFrame({"ratee": ["ada"], "item": ["q1"], "response": ["b"]}))[1]
    ()
    """
    return _check(frame, "responses", framework, place, last_wins=last_wins)


def check_outcomes(
    frame: Frame, framework: Framework | None = None, *, place: str | None = None, last_wins: bool = False
) -> Result:
    """Check a outcomes table.

    Parameters
    ----------
    frame : Frame, N rows
        One row a result: ``ratee, item, value, target, baseline``, optional
        ``weight, time, cycle, source, team``.
    framework : Framework, optional
        What is allowed beyond the rules that always hold.
    place : str, optional
        How faults call the table.
    last_wins : bool
        Of rows with the same key the last stands, and repeating is no fault.

    Returns
    -------
    clean : Frame
        The rows without a fault, columns in their types, known ones first.
    faults : tuple of Fault

    Examples
    --------
    >>> import polars as pl
    >>> bad = pl.DataFrame({"ratee": ["ada"], "item": ["goal"], "value": [3], "target": [9], "baseline": [9]})
    >>> [(fault.code, fault.row, fault.column) for fault in check_outcomes(bad)[1]]
    [('evidence.no_span', 2, 'target')]
    """
    return _check(frame, "outcomes", framework, place, last_wins=last_wins)


def check_people(
    frame: Frame, framework: Framework | None = None, *, place: str | None = None, last_wins: bool = False
) -> Result:
    """Check a people table.

    Parameters
    ----------
    frame : Frame, N rows
        One row a person: ``person``, optional ``name, team, manager, role, stage, industry, level, start``.
    framework : Framework, optional
        What is allowed beyond the rules that always hold.
    place : str, optional
        How faults call the table.
    last_wins : bool
        Of rows with the same key the last stands, and repeating is no fault.

    Returns
    -------
    clean : Frame
        The rows without a fault, columns in their types, known ones first.
    faults : tuple of Fault

    Examples
    --------
    >>> import polars as pl
    >>> bad = pl.DataFrame({"person": ["ada", "lin"], "manager": ["lin", "ada"]})
    >>> [(fault.row, fault.fields["loop"]) for fault in check_people(bad)[1]]
    [(2, 'ada → lin → ada'), (3, 'ada → lin → ada')]
    """
    return _check(frame, "people", framework, place, last_wins=last_wins)


def check_groups(
    frame: Frame, framework: Framework | None = None, *, place: str | None = None, last_wins: bool = False
) -> Result:
    """Check a groups table.

    Parameters
    ----------
    frame : Frame, N rows
        One row a person: ``person`` and protected attributes of any name.
    framework : Framework, optional
        What is allowed beyond the rules that always hold.
    place : str, optional
        How faults call the table.
    last_wins : bool
        Of rows with the same key the last stands, and repeating is no fault.

    Returns
    -------
    clean : Frame
        The rows without a fault, columns in their types, known ones first.
    faults : tuple of Fault

    Examples
    --------
    >>> import polars as pl
    >>> [fault.code for fault in check_groups(pl.DataFrame({"person": ["ada", "ada"]}))[1]]
    ['evidence.repeated_groups']
    """
    return _check(frame, "groups", framework, place, last_wins=last_wins)
