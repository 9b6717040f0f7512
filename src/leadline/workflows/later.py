"""A later scoring of a cycle: some ratees anew, everything else held at what the first scoring found."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from leadline.errors import MeasurementError, UsageError
from leadline.evidence import Evidence
from leadline.frameworks import FORMULA_ALIASES, Disclosure, Framework
from leadline.measurement import Measures, measure_anew, packed, unpacked
from leadline.scoring import Scorecard, score
from leadline.workflows.progress import Progress, silent
from leadline.workflows.withheld import measures_of

_ROWS = (
    *(f"{kind}_{part}" for kind in ("factor", "competency") for part in ("score", "lower", "upper", "se")),
    *("factor_partial", "overall", "lower", "upper", "se", "partial"),
    *("rank", "rank_lower", "rank_upper", "p_best", "p_top"),
)
"""What a scorecard says of each ratee, besides the band."""

_RULE = ("level", "seed", "n_draws", "top_k")


def kept(scorecard: Scorecard) -> bytes:
    """Everything that a later scoring of the same cycle must hold to, as bytes.

    They hold, of the first scoring: items with their steps and errors; the distribution of people
    (means, variances and covariances of dimensions and competencies); variances of raters,
    relationships and halos; the severity of every rater and the effect of every relationship with its
    error, under the rater's id in the evidence; what each ratee's ratings together told of the severity
    of those who rated them (from which who rated whom can be read, but no rating); counts of
    ratings by item and category; and the complete measures and scores of all ratees, hidden ones
    included. Not kept are fit statistics. **They name raters and undisclosed figures: keep them where
    the ratings are kept, under the same key, and destroy them with it.**

    Parameters
    ----------
    scorecard : Scorecard
        Undisclosed: from :func:`assess_evidence` with ``keep=True``, or from :func:`reassess`. Kept
        from the latter, the anchors are still those of the first scoring.

    Returns
    -------
    bytes
        The same scorecard gives the same bytes; 500 ratees rated by 600 people take 2 MB.

    Raises
    ------
    MeasurementError
        The scorecard was made without ``keep``.

    Examples
    --------
    >>> from leadline.evidence import read_evidence
    >>> from leadline.frameworks import load_framework
    >>> from leadline.workflows import assess_evidence
    >>> goals = {"ratee": ["ada", "lin"], "item": ["goal_attainment"] * 2, "value": [80, 60]}
    >>> goals |= {"target": [100, 100], "baseline": [0, 0]}
    >>> criteria = load_framework("technical-leadership")
    >>> card = assess_evidence(read_evidence({"outcomes": goals}, criteria), criteria, keep=True)
    >>> kept(card) == kept(card)
    True
    """
    measures = measures_of(scorecard)
    if measures.held is None:
        raise MeasurementError("measurement.nothing_held")
    # Above its diagonal the factor has whatever was there before, which is never read.
    posterior = replace(measures.posterior, factor=np.tril(measures.posterior.factor))
    return packed(
        {
            "framework": _identity(scorecard.framework),
            "measures": replace(measures, fits={}, posterior=posterior),
            "rows": {name: np.ascontiguousarray(getattr(scorecard, name)) for name in _ROWS},
            "band": scorecard.band,
            "rule": _rule(scorecard),
        }
    )


def reassess(
    first: bytes,
    evidence: Evidence,
    framework: Framework,
    ratees: Collection[str],
    *,
    formula: str | None = None,
    rho: float | None = None,
    top_k: int | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> Scorecard:
    """The scorecard of a whole cycle in which some ratees alone are measured anew.

    Parameters
    ----------
    first : bytes
        From :func:`kept`.
    evidence : Evidence
        Rows of other ratees are not read. Raters are known again by their ids.
    framework : Framework
        The one of the first scoring, with its profiles; least numbers may differ.
    ratees : collection of str
        Whom to measure. One who was not there then is measured too; one who has no rows any more
        loses all figures.
    formula, rho, top_k, seed
        As for the first scoring.
    progress : callable
        Told the stage and the part done.

    Returns
    -------
    Scorecard
        Undisclosed. Measures of everybody else are those kept, to the byte, and so are their scores,
        intervals, bands and ranks. A changed ratee's rank is the one among all as they are now, so ranks of
        the two kinds do not make one order. ``p_greater``, ``groups`` and ``drivers`` are made from all
        measures as they are now. After :func:`disclosable`, which scores again wherever something is
        hidden, take figures of the changed ratees alone.

    Raises
    ------
    MeasurementError
        The bytes are not from `kept`, or not under this framework.
    UsageError
        Options differ from those of the first scoring.

    Notes
    -----
    Items, steps, variances and the distribution of people are fixed. Severities and effects have as prior,
    for each ratee, what everybody else's ratings told of them at first: held at a point they would make
    errors too small; with the ratee's own first ratings in them these would count twice. New raters come
    from the distribution of raters. No ratee's figures depend on who else is measured anew.

    Examples
    --------
    >>> from leadline.evidence import read_evidence
    >>> from leadline.frameworks import load_framework
    >>> from leadline.workflows import assess_evidence
    >>> goals = {"ratee": ["ada", "lin"], "item": ["goal_attainment"] * 2, "value": [80, 60]}
    >>> goals |= {"target": [100, 100], "baseline": [0, 0]}
    >>> criteria = load_framework("technical-leadership")
    >>> first = kept(assess_evidence(read_evidence({"outcomes": goals}, criteria), criteria, keep=True))
    >>> later = read_evidence({"outcomes": goals | {"value": [80, 70]}}, criteria)
    >>> card = reassess(first, later, criteria, ["lin"])
    >>> card.overall.round(1).tolist()
    [76.8, 70.0]
    """
    found: Mapping[str, Any] = unpacked(first, framework)
    if found["framework"] != _identity(framework):
        then, now = found["framework"][0], _identity(framework)[0]
        raise MeasurementError("measurement.kept_framework", kept=then, given=now)
    progress("workflows.stage.measure", 0.0)
    before: Measures = found["measures"]
    measures = measure_anew(before, evidence, framework, ratees)
    progress("workflows.stage.score", 0.5)
    card = score(measures, framework, formula=formula, rho=rho, seed=seed, top_k=top_k)
    name = found["rule"]["formula"]
    first_rule = {**found["rule"], "formula": FORMULA_ALIASES.get(name, name)}
    if (rule := _rule(card)) != first_rule:
        differ = ", ".join(name for name, value in rule.items() if value != first_rule[name])
        raise UsageError("workflows.other_options", options=differ)
    return _with_rows(card, found, [one for one in before.ratees if one not in set(ratees)])


def _identity(framework: Framework) -> tuple[str, str]:
    """Name, and hash of all that figures depend on: least numbers may rise while a cycle runs."""
    relationships = tuple(replace(one, least=1) for one in framework.relationships)
    plain = replace(framework, disclosure=Disclosure(), relationships=relationships)
    name = f"{framework.id}@{framework.version}"
    return "+".join((name, *framework.applied)), plain.hash


def _rule(card: Scorecard) -> dict[str, Any]:
    formula = {"formula": card.formula.name, "rho": repr(card.formula.rho)}
    return {**formula, **{name: getattr(card, name) for name in _RULE}}


def _with_rows(card: Scorecard, found: Mapping[str, Any], names: Collection[str]) -> Scorecard:
    """With the rows of some ratees as they were kept."""
    there = {name: n for n, name in enumerate(found["measures"].ratees)}
    here = {name: n for n, name in enumerate(card.ratees)}
    old, at = [there[name] for name in names], [here[name] for name in names]
    rows: dict[str, Any] = {}
    for name in _ROWS:
        rows[name] = getattr(card, name).copy()
        rows[name][at] = found["rows"][name][old]
    band = np.array(card.band, dtype=object)
    band[at] = np.array(found["band"], dtype=object)[old]
    return replace(card, band=tuple(band.tolist()), **rows)
