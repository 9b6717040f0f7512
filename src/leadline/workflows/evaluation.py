"""From evidence to a scorecard; apart from its folder, so that who only measures loads no reports."""

from __future__ import annotations

from leadline.evidence import Evidence
from leadline.frameworks import Framework
from leadline.measurement import measure
from leadline.scoring import Scorecard, score
from leadline.workflows.progress import Progress, part, silent


def assess_evidence(
    evidence: Evidence,
    framework: Framework,
    *,
    formula: str | None = None,
    rho: float | None = None,
    cycle: str | None = None,
    top_k: int | None = None,
    method: str = "marginal",
    seed: int = 0,
    keep: bool = False,
    progress: Progress = silent,
) -> Scorecard:
    """Measure, score and rank, without writing anything.

    Parameters
    ----------
    evidence : Evidence
    framework : Framework
        With its profiles applied.
    formula, rho, cycle, top_k, method, seed
        As :func:`leadline.workflows.assess`.
    keep : bool
        Whether :func:`leadline.workflows.kept` is to be called with the scorecard. Takes 1 % longer.
    progress : callable
        Told the stage and the part done.

    Returns
    -------
    Scorecard
        Holds everything: take from it what :func:`leadline.scoring.shown` leaves.

    Raises
    ------
    LeadlineError
        Whatever is wrong with evidence or options.

    Examples
    --------
    >>> from leadline.evidence import read_evidence
    >>> from leadline.frameworks import load_framework
    >>> goals = {"ratee": ["ada", "lin"], "item": ["goal_attainment"] * 2, "value": [80, 60]}
    >>> goals |= {"target": [100, 100], "baseline": [0, 0]}
    >>> criteria = load_framework("technical-leadership")
    >>> assess_evidence(read_evidence({"outcomes": goals}, criteria), criteria).rank.tolist()
    [1.0, 2.0]
    """
    step = part(progress, "workflows.stage.measure", 0.0, 0.8)
    measures = measure(evidence, framework, cycle=cycle, method=method, seed=seed, keep=keep, progress=step)
    del evidence  # if the caller keeps none of it: 100 bytes a rating
    progress("workflows.stage.score", 0.8)
    return score(measures, framework, formula=formula, rho=rho, seed=seed, top_k=top_k)
