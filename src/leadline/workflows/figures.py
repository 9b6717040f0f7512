"""Factor scores given as figures, combined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from leadline.evidence import read_table
from leadline.frameworks import load_framework
from leadline.scoring import Scorecard, check_named, read_figures, score


def score_figures(
    figures: str | Path | Mapping[str, float],
    *,
    framework: str | Path = "technical-leadership",
    profiles: Sequence[str] = (),
    formula: str | None = None,
    rho: float | None = None,
    weights: Mapping[str, float] | None = None,
    seed: int = 0,
) -> Scorecard:
    """Combine factor scores on 0-100 into the overall score.

    Parameters
    ----------
    figures : path or mapping of factor to float
        A table with a row for each person, or the factors of one; factors by id or short name.
    framework, profiles, formula, rho, seed
        As :func:`assess`.
    weights : mapping of factor to float, optional
        Sum to 1; otherwise the framework's.

    Returns
    -------
    Scorecard

    Raises
    ------
    LeadlineError
        A name that is no factor of the framework, or whatever is wrong with figures or options.

    Examples
    --------
    >>> score_figures({"te": 85, "la": 80, "bi": 75, "pg": 90}).overall.round(1)
    array([82.3])
    """
    criteria = load_framework(framework).with_profiles(*profiles)
    if isinstance(figures, Mapping):
        check_named(figures, criteria)
        given = read_figures(figures, criteria)
    else:
        given = read_figures(read_table(figures), criteria, place=Path(figures).name)
    return score(given, criteria, formula=formula, rho=rho, weights=weights, seed=seed)
