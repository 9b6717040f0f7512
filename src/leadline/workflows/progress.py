"""How a job says where it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[str, float], None]
"""Takes the stage, a key of a word list, and the part of the whole job that is done, 0 to 1."""


def silent(stage: str, done: float) -> None:
    """Progress that nobody watches."""


def part(progress: Progress, stage: str, start: float, end: float) -> Progress:
    """Progress of a step, as part of the whole job and under the name of the job's stage.

    Parameters
    ----------
    progress : callable
        Of the whole.
    stage : str
        Stage of the whole while the step runs.
    start, end : float
        Part of the whole that is done before and after the step.

    Returns
    -------
    callable

    Examples
    --------
    >>> seen = []
    >>> step = part(lambda stage, done: seen.append((stage, done)), "workflows.stage.measure", 0.2, 0.6)
    >>> step("measurement.stage.fit", 0.5)
    >>> seen
    [('workflows.stage.measure', 0.4)]
    """

    def report(_: str, done: float) -> None:
        progress(stage, start + (end - start) * done)

    return report
