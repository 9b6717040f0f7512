"""What a fit by adaptive quadrature has to say about itself."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from leadline.measurement.quadrature.checks import named
from leadline.measurement.quadrature.result import ItemMeasures, UnitMeasures
from leadline.measurement.quadrature.solve import Solution
from leadline.measurement.values.notice import Notice

# Slopes beyond this tell the items' order and little else: 99 % of the change happens within a logit.
_STEEP = 10.0
_FLAT = 1e-3
_NODES = 1e-3


def of_solution(solution: Solution, spread: float) -> Iterator[Notice]:
    """Remarks about the maximum itself.

    Parameters
    ----------
    solution : Solution
    spread : float
        Standard deviation of the population.

    Yields
    ------
    Notice
    """
    if not np.isfinite(solution.covariance).all():
        yield Notice("measurement.quadrature.notice.not_identified")
    elif not solution.converged:
        yield Notice("measurement.quadrature.notice.not_converged", {"n": solution.iterations})
    if spread > _STEEP:
        yield Notice("measurement.quadrature.notice.endless_spread")
    if spread < _FLAT:
        yield Notice("measurement.quadrature.notice.no_spread")
    if solution.node_error > _NODES:
        yield Notice("measurement.quadrature.notice.nodes", {"error": float(f"{solution.node_error:.1g}")})


def of_items(items: ItemMeasures, units: UnitMeasures) -> Iterator[Notice]:
    """Remarks about items and the people who answered them.

    Parameters
    ----------
    items : ItemMeasures
    units : UnitMeasures

    Yields
    ------
    Notice
    """
    slope = np.where(items.extreme, np.nan, items.slope)
    found = {
        "extreme_items": items.extreme,
        "unanswered_items": items.n == 0,
        "steep_items": slope > _STEEP,
        "reversed_items": slope < 0,
    }
    for name, which in found.items():
        if which.any():
            names = [items.items[at] for at in np.flatnonzero(which)]
            yield Notice(f"measurement.quadrature.notice.{name}", named(names))
    unanswered = int((units.n == 0).sum())
    if unanswered:
        yield Notice("measurement.quadrature.notice.unanswered_units", {"n": unanswered})


def remarks(
    solution: Solution, items: ItemMeasures, units: UnitMeasures, spread: float
) -> tuple[Notice, ...]:
    """All remarks about an item response model."""
    return (*of_solution(solution, spread), *of_items(items, units))
