"""From evidence to measures: every factor by every kind of evidence, one cycle at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from leadline.errors import MeasurementError, UsageError
from leadline.evidence import Evidence
from leadline.frameworks import Framework
from leadline.measurement.exam import Examined, answers_of, examined_factor
from leadline.measurement.factor_map import check_map
from leadline.measurement.measures import Measures
from leadline.measurement.notice import Notice
from leadline.measurement.outcomes import Achieved, Results, achieved_factor, results_of
from leadline.measurement.panel import panel_of
from leadline.measurement.quality import quality_notes
from leadline.measurement.rated import RatedFactor, rated_factor
from leadline.measurement.reading import Pool, Reader

METHODS = ("joint",)

Progress = Callable[[str, float], None]


def measure(
    evidence: Evidence,
    framework: Framework,
    *,
    cycle: str | None = None,
    method: str = "joint",
    seed: int = 0,
    progress: Progress | None = None,
) -> Measures:
    """Measure everybody on every factor, with standard errors, on 0-100.

    All cycles are calibrated together: a ratee in two cycles is two elements, while raters, items
    and thresholds are shared, so cycles are on one scale. Each factor has one fit over its rated
    items; competencies are read from it with raters and items held. Self-ratings never enter a
    measure. A factor's value is the declared weighting of its kinds of evidence.

    Parameters
    ----------
    evidence : Evidence
    framework : Framework
    cycle : str, optional
        Cycle to report; the last one by default. The one before becomes ``previous``.
    method : {"joint"}
    seed : int
        Kept with the result; this method draws nothing.
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
    Errors of ratings count raters as estimated; they travel through the map to 0-100 as whole
    distributions. Sources: `fit`, `examined_factor`, `achieved_factor`.

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
    [('performance_goals', [80.0, 60.0])]
    """
    if method not in METHODS:
        allowed = ", ".join(METHODS)
        raise UsageError("errors.no_such_option", name="method", value=method, allowed=allowed)
    check_map(framework.map)
    cycles = evidence.cycles
    evidence.for_cycle(cycle)
    tell = progress or _silent
    pool = _pool(evidence, framework, tell)
    if not (pool.rated or pool.examined or pool.achieved):
        raise MeasurementError("measurement.nothing_to_measure", framework=framework.id)
    chosen = cycle if cycle is not None else (cycles[-1] if cycles else None)
    tell("measurement.stage.quality", 0.8)
    quality = quality_notes(pool.panel, list(pool.rated.values())) if pool.panel else ()
    before = cycles[: cycles.index(chosen)] if chosen in cycles else ()
    read = Reader(evidence, framework, pool, seed)
    tell("measurement.stage.read", 0.9)
    previous = read.measures(before[-1], (), None) if before else None
    found = read.measures(chosen, quality, previous)
    tell("measurement.stage.read", 1.0)
    return found


def _silent(stage: str, done: float) -> None:
    """Tell nobody."""


def _pool(evidence: Evidence, framework: Framework, tell: Progress) -> Pool:
    panel, answers = panel_of(evidence, framework), answers_of(evidence, framework)
    results = results_of(evidence, framework)
    rated: dict[str, RatedFactor] = {}
    examined: dict[str, Examined] = {}
    achieved: dict[str, Achieved] = {}
    flat: list[str] = []
    for number, factor in enumerate(framework.factors):
        tell("measurement.stage.fit", 0.8 * number / len(framework.factors))
        if panel is not None and "ratings" in factor.kinds:
            try:
                found = rated_factor(panel, framework, factor.id)
            except MeasurementError as error:
                if error.code != "measurement.no_variation":
                    raise
                found, flat = None, [*flat, factor.id]
            if found is not None:
                rated[factor.id] = found
        if answers is not None and "exam" in factor.kinds:
            exam = examined_factor(answers, framework, factor.id)
            examined |= {} if exam is None else {factor.id: exam}
        if results is not None and "outcomes" in factor.kinds:
            done = achieved_factor(results, framework, factor.id)
            achieved |= {} if done is None else {factor.id: done}
    return Pool(
        panel=panel,
        answers=answers,
        results=results,
        rated=rated,
        examined=examined,
        achieved=achieved,
        notices=tuple(_notices(framework, flat, (rated, examined, achieved), results)),
    )


def _notices(
    framework: Framework,
    flat: Sequence[str],
    found_by_kind: tuple[Mapping[str, RatedFactor], Mapping[str, Examined], Mapping[str, Achieved]],
    results: Results | None,
) -> list[Notice]:
    """What the reader should know, one notice for all factors it concerns; no rater is named."""
    rated, examined, _ = found_by_kind
    found = {
        "flat": list(flat),
        "equal_difficulty": [name for name, one in examined.items() if not one.calibrated],
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
    return {notice.code.rsplit(".", 1)[1] for notice in rated.fit.warnings}
