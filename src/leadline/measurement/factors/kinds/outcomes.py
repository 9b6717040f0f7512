"""A factor seen through results: goals, key results, projects and team results, as attainment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadline.evidence import Evidence, Frame, codes
from leadline.frameworks import Framework, OutcomeItem
from leadline.measurement.factors.kinds.item_scale import ItemScale
from leadline.measurement.factors.kinds.kind import (
    Counted,
    Kind,
    Later,
    RowsOfDimension,
    dimension_name,
    value_rows,
)
from leadline.measurement.factors.kinds.occasions import Occasions, counts_at, named, occasions_of, places
from leadline.measurement.kernels.arrays import Codes, Floats, add_up
from leadline.measurement.values.factor_map import Curve
from leadline.measurement.values.notice import Notice
from leadline.measurement.variational.evidence_blocks import ValueBlock

UNIT = 20.0
"""Points of attainment in one unit of its dimension, so that dimensions spread about alike."""

ATTAINMENT = Curve(np.array([0.0, 100.0 / UNIT]), np.array([0.0, 100.0]))
"""From units of the dimension to 0-100."""

_LEAST_ERROR = 0.5


@dataclass(frozen=True, eq=False, kw_only=True)
class Results:
    """N readings of outcomes. ``share`` is attainment, 0-1; ``cycle`` is -1 where none is named."""

    ratee: Codes
    item: Codes
    cycle: Codes
    share: Floats
    weight: Floats
    ratees: tuple[str, ...]
    items: tuple[str, ...]
    cycles: tuple[str, ...]
    n_unusable: int

    @property
    def occasion(self) -> Codes:
        """Ratee and cycle as one number, as in `RatingArrays.occasion`."""
        return self.ratee.astype(np.int64) * (len(self.cycles) + 1) + self.cycle + 1


@dataclass(frozen=True, eq=False, kw_only=True)
class Achieved:
    """Attainment of one factor. O occasions (ratee and cycle).

    Attributes
    ----------
    factor : str
    names : tuple of str, O
        Of the occasions, as in the common fit.
    occasions : array of int, shape (O,)
    value, se : array, shape (O,), 0-100
    n, n_items : array of int, shape (O,)
        Readings, and distinct results.
    """

    factor: str
    names: tuple[str, ...]
    occasions: Codes
    value: Floats
    se: Floats
    n: NDArray[np.int64]
    n_items: NDArray[np.int64]

    @property
    def source(self) -> ValueBlock:
        """What they add to the common fit."""
        error = np.maximum(self.se, _LEAST_ERROR)
        return ValueBlock(
            dimension=dimension_name("outcomes", self.factor),
            ratees=self.names,
            value=self.value / UNIT,
            se=error / UNIT,
        )

    @property
    def anchors(self) -> dict[str, dict[str, float]]:
        """None: nothing is estimated of results but where the ratees stand."""
        return {}


def attainment(value: Floats, baseline: Floats, target: Floats) -> Floats:
    r"""Share of the way from baseline to target that was covered.

    .. math:: \operatorname{clip}\bigl((v - b)/(t - b),\ 0,\ 1\bigr)

    Parameters
    ----------
    value, baseline, target : array, shape (N,)
        A baseline above the target is right where less is better.

    Returns
    -------
    array, shape (N,)
        Between 0 and 1; NaN where a number is missing or target and baseline are equal.

    Examples
    --------
    >>> attainment(np.array([12.5, 30.0]), np.array([25.0, 0.0]), np.array([8.0, 20.0])).round(3)
    array([0.735, 1.   ])
    """
    way = target - baseline
    share = (value - baseline) / np.where(way == 0, np.nan, way)
    return np.clip(share, 0.0, 1.0)


def results_of(evidence: Evidence, framework: Framework) -> Results | None:
    """Readings of the framework's outcomes; None where there are none.

    Parameters
    ----------
    evidence : Evidence
    framework : Framework

    Returns
    -------
    Results or None
        A missing baseline counts as 0. Readings without a target, or whose target is their
        baseline, are left out and counted.
    """
    table = evidence.outcomes
    if table is None:
        return None
    rules = {item.id: item.rule for item in framework.outcomes}
    table = table.filter(table.get_column("item").is_in(list(rules))).sort("ratee", "item", "cycle", "value")
    if table.height == 0:
        return None
    item, items = codes(table, "item")
    is_share = np.array([rules[name] == "share" for name in items], dtype=bool)[item]
    value, target = _numbers(table, "value"), _numbers(table, "target")
    baseline = np.nan_to_num(_numbers(table, "baseline"), nan=0.0)
    share = np.where(is_share, np.clip(value, 0.0, 1.0), attainment(value, baseline, target))
    usable = np.isfinite(share)
    if not usable.any():
        return None
    ratee, ratees = codes(table, "ratee")
    where = {name: n for n, name in enumerate(evidence.cycles)}
    cycle = np.array([where.get(name, -1) for name in table.get_column("cycle").to_list()], dtype=np.int64)
    return Results(
        ratee=ratee[usable],
        item=item[usable],
        cycle=cycle[usable],
        share=share[usable],
        weight=np.nan_to_num(_numbers(table, "weight"), nan=1.0)[usable],
        ratees=ratees,
        items=items,
        cycles=evidence.cycles,
        n_unusable=int((~usable).sum()),
    )


def _numbers(table: Frame, column: str) -> Floats:
    return table.get_column(column).cast(float).to_numpy().astype(np.float64)


def achieved_factor(results: Results, framework: Framework, factor: str, among: Occasions) -> Achieved | None:
    r"""Attainment of a factor: readings of a result averaged, results combined by weight.

    .. math:: x = 100\,\frac{\sum_i w_i \bar a_i}{\sum_i w_i}, \qquad
       se = 100\,\frac{\sqrt{\sum_i w_i^2\, s_i^2 \sum_m v_{im}^2 / (\sum_m v_{im})^2}}{\sum_i w_i}

    over the results i that a ratee has, with declared weights :math:`w_i` and errors :math:`s_i` of
    one reading, and weights :math:`v_{im}` of the readings m. So three key results do not outweigh
    the one goal beside them.

    Parameters
    ----------
    results : Results
    framework : Framework
    factor : str
    among : Occasions

    Returns
    -------
    Achieved or None
        None without results of the factor.
    """
    declared: dict[str, OutcomeItem] = {item.id: item for item in framework.outcomes if item.factor == factor}
    present = np.array([name in declared for name in results.items], dtype=bool)
    kept = np.flatnonzero(present[results.item])
    if len(kept) == 0:
        return None
    kept, occasion = among.rows(results, kept)
    occasions, person = np.unique(occasion, return_inverse=True)
    n_items = len(results.items)
    pairs, pair = np.unique(person * n_items + results.item[kept], return_inverse=True)
    v = results.weight[kept]
    total = add_up(pair, len(pairs), v)
    mean = add_up(pair, len(pairs), v * results.share[kept]) / total
    of_pair = [declared[results.items[n]] for n in (pairs % n_items).tolist()]
    weight = np.array([item.weight for item in of_pair])
    error = np.array([item.se for item in of_pair]) * np.sqrt(add_up(pair, len(pairs), v * v)) / total
    at, size = pairs // n_items, len(occasions)
    whole = add_up(at, size, weight)
    return Achieved(
        factor=factor,
        names=named(results, occasions),
        occasions=occasions,
        value=100 * add_up(at, size, weight * mean) / whole,
        se=100 * np.sqrt(add_up(at, size, (weight * error) ** 2)) / whole,
        n=add_up(person, size).astype(np.int64),
        n_items=add_up(at, size).astype(np.int64),
    )


@dataclass(frozen=True, eq=False)
class AchievedFactor:
    """Results of one factor, read by cycle."""

    results: Results
    given: Achieved

    @property
    def remarks(self) -> frozenset[str]:
        """None."""
        return frozenset()

    def counts(self, ratees: Sequence[str], cycle: str | None) -> Counted:
        """Readings and distinct results of each ratee; nobody rates."""
        at = places(self.results, self.given.occasions, ratees, cycle)
        n = counts_at(self.given.n, at)
        return Counted(n, np.zeros_like(n), counts_at(self.given.n_items, at))

    def curve(self, framework: Framework) -> Curve:
        """From units of the dimension to 0-100."""
        return ATTAINMENT


def later_results(
    results: Results,
    later: Later,
    number: int,
    factor: str,
    scale: ItemScale | None,
) -> RowsOfDimension | None:
    """Attainment of a factor for a later scoring."""
    found = achieved_factor(results, later.framework, factor, occasions_of((results,)))
    if found is None:
        return None
    at = later.place(results)[found.occasions // (len(results.cycles) + 1)]
    n, n_items = np.zeros((2, len(later.ratees)), dtype=np.int64)
    n[at], n_items[at] = found.n, found.n_items
    return value_rows(number, at, found.source, Counted(n, np.zeros_like(n), n_items))


def _notices(results: Results) -> tuple[Notice, ...]:
    if not results.n_unusable:
        return ()
    return (Notice("measurement.notice.unusable_results", {"n": results.n_unusable}),)


OUTCOMES = Kind(
    name="outcomes",
    in_logits=False,
    read=results_of,
    prepare=achieved_factor,
    calibrate=lambda results, given, _: AchievedFactor(results, given),
    later=later_results,
    notices=_notices,
)
"""Goals, key results, projects and team results."""
