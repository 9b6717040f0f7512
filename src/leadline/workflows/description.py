"""What is in a source."""

from __future__ import annotations

from pathlib import Path

from leadline.evidence import Description, describe, read_table
from leadline.workflows.progress import Progress, silent


def describe_source(
    source: str | Path, *, query: str | None = None, progress: Progress = silent
) -> Description:
    """Describe a table, a folder, a database or an address.

    Parameters
    ----------
    source : path
        File, evidence directory, ``http(s)`` address, or database address with ``query``.
    query : str, optional
        SQL.
    progress : callable
        Told the stage and the part done.

    Returns
    -------
    Description

    Examples
    --------
    >>> from leadline.workflows import demo_evidence
    >>> describe_source(demo_evidence() / "groups.csv").n_rows
    {'groups': 40}
    """
    progress("workflows.stage.read", 0.0)
    return describe(source if query is None else read_table(source, query=query))
