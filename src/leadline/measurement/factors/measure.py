"""From evidence to measures: every factor by every kind of evidence, one cycle at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from leadline.errors import MeasurementError, UsageError
from leadline.evidence import Evidence
from leadline.frameworks import Framework
from leadline.measurement.factors.cycle_view import Calibrated, CycleView
from leadline.measurement.factors.held import held_of
from leadline.measurement.factors.kinds.exam import FactorAnswers, answers_of, factor_answers
from leadline.measurement.factors.kinds.occasions import named, occasions_of
from leadline.measurement.factors.kinds.outcomes import Achieved, Results, achieved_factor, results_of
from leadline.measurement.factors.kinds.rating_arrays import rating_arrays_of
from leadline.measurement.factors.kinds.ratings import (
    FactorRatings,
    RatedFactor,
    factor_ratings,
    rated_factor,
)
from leadline.measurement.factors.measures import Measures
from leadline.measurement.factors.quality_notes import quality_notes
from leadline.measurement.kernels.threads import at_most
from leadline.measurement.values.factor_map import check_map
from leadline.measurement.values.notice import Notice
from leadline.measurement.variational.calibrate import calibrate_common
from leadline.measurement.variational.common_posterior import CommonPosterior
from leadline.measurement.variational.evidence_blocks import RatingBlock, ValueBlock
from leadline.measurement.variational.prior import GROUP_START, RATER_START

METHODS = ("marginal",)

_RANDOM = {"rater": RATER_START, "relationship": GROUP_START}
"""Relationships too: the effect of a group with few ratings must not move the zero of everybody."""

_PRIOR_WEIGHT = 1.0
"""A person's worth of prior belief about variances, so that those of five people do not collapse."""

_TOLERANCE = 5e-5
"""Logits; what is left to gain then is 0.0004 points of a score or less."""

Progress = Callable[[str, float], None]


def measure(
    evidence: Evidence,
    framework: Framework,
    *,
    cycle: str | None = None,
    method: str = "marginal",
    seed: int = 0,
    keep: bool = False,
    progress: Progress | None = None,
) -> Measures:
    """Measure everybody on every factor, with standard errors, on 0-100.

    All evidence is calibrated together, with one posterior for each ratee: a factor seen through one
    kind of evidence is a dimension, dimensions correlate, and competencies depart from their factor.
    A ratee in two cycles is two elements, while raters, items and thresholds are shared, so cycles
    are on one scale. Self-ratings never enter a measure. A factor's value is the declared
    weighting of its kinds of evidence.

    Parameters
    ----------
    evidence : Evidence
    framework : Framework
    cycle : str, optional
        Cycle to report; the last one by default. The one before becomes ``previous``.
    method : {"marginal"}
    seed : int
        Kept with the result; draws nothing here.
    keep : bool
        Whether a later scoring may hold to what is found here; see `measure_anew`. Takes 1 % longer.
    progress : callable, optional
        Called with the stage and the part done, 0 to 1.

    Returns
    -------
    Measures

    Raises
    ------
    UsageError
        No such method, cycle or map.
    MeasurementError
        There is no evidence of any factor.

    Notes
    -----
    Errors count raters as estimated; they travel through the map to 0-100 as whole distributions.
    Sources: `fit`, `factor_answers`, `achieved_factor`.

    Examples
    --------
    >>> from leadline.evidence import Evidence
    >>> from leadline.evidence.frames import frame
    >>> from leadline.frameworks import load_framework
    >>> framework = load_framework("technical-leadership")
    >>> goals = frame({
    ...     "ratee": ["ada", "lin"], "item": ["goal_attainment"] * 2, "value": [80.0, 60.0],
    ...     "target": [100.0] * 2, "baseline": [0.0] * 2, "weight": [1.0] * 2, "cycle": ["2026"] * 2,
    ... })
    >>> found = measure(Evidence(outcomes=goals), framework)
    >>> [(one.factor, one.value.round(1).tolist()) for one in found.dimensions]
    [('performance_goals', [76.8, 63.2])]
    """
    if method not in METHODS:
        allowed = ", ".join(METHODS)
        raise UsageError("errors.no_such_option", name="method", value=method, allowed=allowed)
    check_map(framework.map)
    cycles = evidence.cycles
    evidence.for_cycle(cycle)
    input_hash = evidence.hash  # before the fit, which leaves little memory for the text of it
    tell = progress or _silent
    with at_most(None):
        pool = _pool(evidence, framework, tell)
    chosen = cycle if cycle is not None else (cycles[-1] if cycles else None)
    tell("measurement.stage.quality", 0.8)
    quality = quality_notes(pool.rating_arrays, list(pool.rated.values())) if pool.rating_arrays else ()
    before = cycles[: cycles.index(chosen)] if chosen in cycles else ()
    read = CycleView(evidence, framework, pool, seed, input_hash)
    tell("measurement.stage.read", 0.9)
    previous = read.measures(before[-1], (), None) if before else None
    found = read.measures(chosen, quality, previous)
    if keep:
        found = replace(found, held=held_of(pool))
    tell("measurement.stage.read", 1.0)
    return found


def _silent(stage: str, done: float) -> None:
    """Tell nobody."""


def _pool(evidence: Evidence, framework: Framework, tell: Progress) -> Calibrated:
    rating_arrays, answers = rating_arrays_of(evidence, framework), answers_of(evidence, framework)
    results = results_of(evidence, framework)
    among = occasions_of((rating_arrays, answers, results))
    given: dict[str, FactorRatings] = {}
    examined: dict[str, FactorAnswers] = {}
    achieved: dict[str, Achieved] = {}
    flat: list[str] = []
    for factor in framework.factors:
        if rating_arrays is not None and "ratings" in factor.kinds:
            ratings = factor_ratings(rating_arrays, framework, factor.id, among)
            given |= {} if ratings is None else {factor.id: ratings}
            items = rating_arrays.of_items(tuple(item.id for item in framework.items_of(factor.id)))
            if ratings is None and (rating_arrays.counts & items).any():
                flat.append(factor.id)
        if answers is not None and "exam" in factor.kinds:
            exam = factor_answers(answers, framework, factor.id, among)
            examined |= {} if exam is None else {factor.id: exam}
        if results is not None and "outcomes" in factor.kinds:
            done = achieved_factor(results, framework, factor.id, among)
            achieved |= {} if done is None else {factor.id: done}
    if not (given or examined or achieved):
        raise MeasurementError("measurement.nothing_to_measure", framework=framework.id)
    common = _together(given, examined, achieved, results, tell)
    rated = {
        name: rated_factor(rating_arrays, one, common, number)
        for number, (name, one) in enumerate(given.items())
        if rating_arrays is not None
    }
    return Calibrated(
        rating_arrays=rating_arrays,
        answers=answers,
        results=results,
        common=common,
        rated=rated,
        examined=examined,
        achieved=achieved,
        notices=tuple(_notices(framework, flat, (rated, examined, achieved), results)),
    )


def _together(
    given: Mapping[str, FactorRatings],
    examined: Mapping[str, FactorAnswers],
    achieved: Mapping[str, Achieved],
    results: Results | None,
    tell: Progress,
) -> CommonPosterior:
    """One posterior over everything; ratings come first, so that a factor's number is its part's."""
    parts = [one.part for one in given.values()]
    parts += [one.source for one in examined.values() if isinstance(one.source, RatingBlock)]
    attained = [one.source for one in examined.values() if isinstance(one.source, ValueBlock)]
    if results is not None:
        attained += [one.source(named(results, one.occasions)) for one in achieved.values()]
    anchors: dict[str, dict[str, float]] = {"item": {}, "trial": {}}
    for ratings in given.values():
        anchors["item"] |= ratings.anchors
    for exam in examined.values():
        for facet, values in exam.anchors.items():
            anchors[facet] |= values

    def told(number: int, _: float) -> None:
        tell("measurement.stage.fit", 0.8 * (1 - 0.95**number))

    return calibrate_common(
        parts,
        attained,
        prior_weight=_PRIOR_WEIGHT,
        random=_RANDOM,
        anchors=anchors,
        tolerance=_TOLERANCE,
        progress=told,
    )


def _notices(
    framework: Framework,
    flat: Sequence[str],
    found_by_kind: tuple[Mapping[str, RatedFactor], Mapping[str, FactorAnswers], Mapping[str, Achieved]],
    results: Results | None,
) -> list[Notice]:
    """What the reader should know, one notice for all factors it concerns; no rater is named."""
    rated, examined, _ = found_by_kind
    found = {
        "flat": list(flat),
        "equal_difficulty": [name for name, one in examined.items() if isinstance(one.source, ValueBlock)],
        **{
            f"factor_{code}": [name for name, one in rated.items() if code in _codes(one)]
            for code in ("subsets", "no_maximum", "not_converged", "thin")
        },
    }
    for kind, having in zip(("ratings", "exam", "outcomes"), found_by_kind, strict=True):
        wanting = (factor for factor in framework.factors if kind in factor.kinds)
        found[f"without_{kind}"] = [one.id for one in wanting if one.id not in having and one.id not in flat]
    notices = [
        Notice(f"measurement.notice.{code}", {"factors": ", ".join(names)})
        for code, names in found.items()
        if names
    ]
    if results is not None and results.n_unusable:
        notices.append(Notice("measurement.notice.unusable_results", {"n": results.n_unusable}))
    return notices


def _codes(rated: RatedFactor) -> set[str]:
    return {notice.code.rsplit(".", 1)[1].removesuffix("_random") for notice in rated.fit.warnings}
