"""From evidence to measures: every factor by every kind of evidence, one cycle at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from leadline.errors import MeasurementError, UsageError
from leadline.evidence import Evidence
from leadline.frameworks import Framework
from leadline.frameworks import Kind as KindName
from leadline.measurement.factors.calibrated import Calibrated
from leadline.measurement.factors.cycle_view import CycleView
from leadline.measurement.factors.held import held_of
from leadline.measurement.factors.kinds.all_kinds import KINDS
from leadline.measurement.factors.kinds.kind import Calibrated as CalibratedFactor
from leadline.measurement.factors.kinds.kind import Prepared
from leadline.measurement.factors.kinds.occasions import occasions_of
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

_REMARKS = (
    "equal_difficulty",
    *(f"factor_{name}" for name in ("subsets", "no_maximum", "not_converged", "thin")),
)
"""Remarks on a factor that a reader should know, in the order in which they are made."""

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
        calibrated = _calibrated(evidence, framework, tell)
    chosen = cycle if cycle is not None else (cycles[-1] if cycles else None)
    tell("measurement.stage.quality", 0.8)
    arrays = calibrated.rating_arrays
    quality = quality_notes(arrays, list(calibrated.rated.values())) if arrays else ()
    before = cycles[: cycles.index(chosen)] if chosen in cycles else ()
    view = CycleView(evidence, framework, calibrated, seed, input_hash)
    tell("measurement.stage.read", 0.9)
    previous = view.measures(before[-1], (), None) if before else None
    found = view.measures(chosen, quality, previous)
    if keep:
        found = replace(found, held=held_of(calibrated))
    tell("measurement.stage.read", 1.0)
    return found


def _silent(stage: str, done: float) -> None:
    """Tell nobody."""


def _calibrated(evidence: Evidence, framework: Framework, tell: Progress) -> Calibrated:
    arrays = {name: kind.read(evidence, framework) for name, kind in KINDS.items()}
    arrays = {name: each for name, each in arrays.items() if each is not None}
    among = occasions_of(arrays.values())
    prepared: dict[KindName, dict[str, Prepared]] = {}
    flat: list[str] = []
    for name, each in arrays.items():
        prepared[name] = {}
        for factor in framework.factors:
            if name not in factor.kinds:
                continue
            one = KINDS[name].prepare(each, framework, factor.id, among)
            if one is not None:
                prepared[name][factor.id] = one
            elif KINDS[name].is_flat(each, framework, factor.id):
                flat.append(factor.id)
    if not any(prepared.values()):
        raise MeasurementError("measurement.nothing_to_measure", framework=framework.id)
    common = _common([one for of_kind in prepared.values() for one in of_kind.values()], tell)
    factors = {
        name: {factor: KINDS[name].calibrate(arrays[name], one, common) for factor, one in of_kind.items()}
        for name, of_kind in prepared.items()
    }
    own = [notice for name, each in arrays.items() for notice in KINDS[name].notices(each)]
    return Calibrated(
        common=common,
        evidence=arrays,
        factors=factors,
        notices=(*_notices(framework, flat, factors), *own),
    )


def _common(prepared: Sequence[Prepared], tell: Progress) -> CommonPosterior:
    """One posterior over everything."""
    sources = [one.source for one in prepared]
    anchors: dict[str, dict[str, float]] = {}
    for one in prepared:
        for facet, values in one.anchors.items():
            anchors[facet] = {**anchors.get(facet, {}), **values}

    def on_round(number: int, _: float) -> None:
        tell("measurement.stage.fit", 0.8 * (1 - 0.95**number))

    return calibrate_common(
        [source for source in sources if isinstance(source, RatingBlock)],
        [source for source in sources if isinstance(source, ValueBlock)],
        prior_weight=_PRIOR_WEIGHT,
        random=_RANDOM,
        anchors=anchors,
        tolerance=_TOLERANCE,
        progress=on_round,
    )


def _notices(
    framework: Framework, flat: Sequence[str], found: Mapping[KindName, Mapping[str, CalibratedFactor]]
) -> Iterator[Notice]:
    """What the reader should know, one notice for all factors it concerns; no rater is named."""
    factors = {"flat": list(flat)}
    for remark in _REMARKS:
        having = ((name, one) for of_kind in found.values() for name, one in of_kind.items())
        factors[remark] = [name for name, one in having if remark in one.remarks]
    for kind in KINDS:
        wanting = (factor.id for factor in framework.factors if kind in factor.kinds)
        factors[f"without_{kind}"] = [
            name for name in wanting if name not in found.get(kind, {}) and name not in flat
        ]
    for code, names in factors.items():
        if names:
            yield Notice(f"measurement.notice.{code}", {"factors": ", ".join(names)})
