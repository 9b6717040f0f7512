"""What may stay of a cycle once its ratings are gone: its scale, and what was shown of each ratee."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from leadline.errors import ScoringError
from leadline.measurement import Held, HeldScale, Measures, factor_covariance

FORMAT, VERSION = "leadline calibration", 1
LEAST_RATERS = 30
"""Distinct raters of an item from which on its categories are counted."""

_DIGITS = 6
_SHOWN = 4

ShownFigures = Mapping[str, tuple[float, float | None]]
"""Score and standard error by the name of a figure: ``overall``, ``factor:<id>``, ``competency:<id>``."""

Numbers = tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class CalibratedItem:
    """An item: ``difficulty`` and ``se`` in logits; ``counts`` by category, None for fewer than 30 raters."""

    id: str
    difficulty: float
    se: float
    counts: tuple[int, ...] | None


@dataclass(frozen=True, kw_only=True)
class CalibratedScale:
    """Items of a dimension. Step k of an item is its difficulty plus threshold k.

    Attributes
    ----------
    dimension : str
        A factor's id, or ``exam:<factor>``.
    categories : tuple of int
        Ratings that occurred, in order; ``counts`` of items are theirs.
    thresholds, threshold_se : tuple of float, logits
    items : tuple of CalibratedItem
    """

    dimension: str
    categories: tuple[int, ...]
    thresholds: Numbers
    threshold_se: Numbers
    items: tuple[CalibratedItem, ...]


@dataclass(frozen=True, kw_only=True)
class Effect:
    """Effect of a relationship on ratings, logits; positive is harsher."""

    relationship: str
    effect: float
    se: float


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What was shown of one ratee.

    Attributes
    ----------
    ratee : str
    scores, se : mapping of figure to float, 0-100
        ``overall``, ``factor:<id>`` and ``competency:<id>``; those shown, and no other.
    covariance : tuple of tuple of float
        Of the factors among them, in their order.
    """

    ratee: str
    scores: Mapping[str, float]
    se: Mapping[str, float]
    covariance: tuple[Numbers, ...]


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Calibration of a cycle as a whole: later cycles are linked to it, never measured again with it.

    It holds nothing of a rater, nothing by item for one ratee, and no figure that was not shown.

    Attributes
    ----------
    framework, framework_hash : str
        ``id@version``, and the hash of its content.
    cycle : str or None
    engine_version : str
    scales : tuple of CalibratedScale
        Of items that as many raters judged of as many ratees as all figures need
        (``framework.disclosure.all``); of an exam's questions, that as many answered.
    dimensions : tuple of str
        Factors by kind of evidence, then competencies as ``factor/competency``.
    means : tuple of float, logits
        Of people, by dimension.
    covariance : tuple of tuple of float
        Of people; competencies are departures from their factor.
    variances : mapping of str to float, logits squared
        ``rater``, ``relationship`` and ``halo``.
    relationships : tuple of Effect
        Of those by which as many raters judged as all figures need.
    ratees : tuple of Estimate
    """

    framework: str
    framework_hash: str
    cycle: str | None
    engine_version: str
    scales: tuple[CalibratedScale, ...]
    dimensions: tuple[str, ...]
    means: Numbers
    covariance: tuple[Numbers, ...]
    variances: Mapping[str, float]
    relationships: tuple[Effect, ...]
    ratees: tuple[Estimate, ...]

    def anchors(self, dimension: str) -> dict[str, float]:
        """Difficulty of every item of a dimension, logits: anchors for `leadline.measurement.fit`."""
        return {
            item.id: item.difficulty
            for one in self.scales
            if one.dimension == dimension
            for item in one.items
        }

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON-ready values."""
        return {"format": FORMAT, "version": VERSION, **_listed(asdict(self))}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Calibration:
        """Read what `to_json` gave.

        Parameters
        ----------
        content : mapping

        Returns
        -------
        Calibration

        Raises
        ------
        ScoringError
            It is something else, or of a version that this one does not read.
        """
        found = (content.get("format"), content.get("version"))
        if found != (FORMAT, VERSION) or not {one.name for one in fields(cls)} <= set(content):
            raise ScoringError("scoring.no_calibration", found=found, known=(FORMAT, VERSION))
        plain = {one.name: _tuples(content[one.name]) for one in fields(cls)}
        scales = (
            {**one, "items": tuple(CalibratedItem(**item) for item in one["items"])}
            for one in plain["scales"]
        )
        return cls(
            **{
                **plain,
                "scales": tuple(CalibratedScale(**one) for one in scales),
                "relationships": tuple(Effect(**one) for one in plain["relationships"]),
                "ratees": tuple(Estimate(**one) for one in plain["ratees"]),
            }
        )


def calibration_of_cycle(measures: Measures, figures: Mapping[str, ShownFigures]) -> Calibration:
    """What may stay of a cycle.

    Parameters
    ----------
    measures : Measures
        Measured with ``keep``.
    figures : mapping of ratee to figures
        Those shown.

    Returns
    -------
    Calibration

    Raises
    ------
    ScoringError
        Measured without ``keep``.

    Examples
    --------
    >>> from leadline.evidence import read_evidence
    >>> from leadline.frameworks import load_framework
    >>> from leadline.measurement import measure
    >>> framework = load_framework("technical-leadership")
    >>> goals = {"ratee": ["ada", "lin"], "item": ["goal_attainment"] * 2, "value": [80, 60]}
    >>> goals |= {"target": [100, 100], "baseline": [0, 0]}
    >>> found = measure(read_evidence({"outcomes": goals}, framework), framework, keep=True)
    >>> calibration_of_cycle(found, {}).dimensions
    ('outcomes:performance_goals',)
    """
    held, framework = measures.held, measures.framework
    if held is None:
        raise ScoringError("scoring.nothing_held")
    least = framework.disclosure.all
    return Calibration(
        framework=f"{framework.id}@{framework.version}",
        framework_hash=framework.hash,
        cycle=measures.cycle,
        engine_version=measures.engine_version,
        scales=tuple(_scale(one, least) for one in held.scales),
        dimensions=held.dimensions,
        means=_numbers(held.mean),
        covariance=tuple(_numbers(row) for row in held.covariance),
        variances={name: _number(value) for name, value in {**held.variance, "halo": held.halo}.items()},
        relationships=tuple(_effects(held, least)),
        ratees=tuple(_estimates(measures, figures)),
    )


def _scale(one: HeldScale, least: int) -> CalibratedScale:
    scale = one.scale
    told = np.isfinite(scale.difficulty + one.se) & (one.n_raters >= least) & (one.n_ratees >= least)
    return CalibratedScale(
        dimension=one.dimension,
        categories=tuple(scale.labels.tolist()),
        thresholds=_numbers(scale.thresholds),
        threshold_se=_numbers(one.threshold_se),
        items=tuple(
            CalibratedItem(
                id=scale.items[i],
                difficulty=_number(scale.difficulty[i]),
                se=_number(one.se[i]),
                counts=tuple(map(int, one.counts[i])) if one.n_raters[i] >= LEAST_RATERS else None,
            )
            for i in np.flatnonzero(told).tolist()
        ),
    )


def _effects(held: Held, least: int) -> Sequence[Effect]:
    return [
        Effect(relationship=name, effect=_number(held.location[at]), se=_number(held.se[at]))
        for name in held.elements.get("relationship", ())
        if held.n_raters[name] >= least
        for at in [held.places["relationship", name]]
    ]


def _estimates(measures: Measures, figures: Mapping[str, ShownFigures]) -> Sequence[Estimate]:
    covariance = factor_covariance(measures.dimensions, measures.factors, measures.posterior)
    found = []
    for p, ratee in enumerate(measures.ratees):
        own = figures.get(ratee, {})
        factors = [f for f, name in enumerate(measures.factors) if f"factor:{name}" in own]
        found.append(
            Estimate(
                ratee=ratee,
                scores={name: round(score, _SHOWN) for name, (score, _) in own.items()},
                se={name: round(se, _SHOWN) for name, (_, se) in own.items() if se is not None},
                covariance=tuple(
                    tuple(round(float(covariance[p, f, g]), _SHOWN) for g in factors) for f in factors
                ),
            )
        )
    return found


def _number(value: float) -> float:
    return round(float(value), _DIGITS)


def _numbers(values: Any) -> Numbers:
    return tuple(_number(value) for value in values.tolist())


def _listed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _listed(each) for key, each in value.items()}
    return [_listed(each) for each in value] if isinstance(value, tuple) else value


def _tuples(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _tuples(each) for key, each in value.items()}
    return tuple(_tuples(each) for each in value) if isinstance(value, (list, tuple)) else value
