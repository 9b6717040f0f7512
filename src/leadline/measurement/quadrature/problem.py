"""A model laid out over answers: all that a marginal likelihood needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadline.measurement.quadrature.cells import Block, Floats
from leadline.measurement.quadrature.families.family import Family
from leadline.measurement.quadrature.parameters import Parameters
from leadline.measurement.quadrature.prior import Prior


@dataclass(frozen=True, eq=False, kw_only=True)
class Problem:
    """A model laid out over answers. U units, I items, M predictors, p parameters.

    Attributes
    ----------
    family : Family
    parameters : Parameters
    blocks : sequence of Block
    n_units : int
    start : array, shape (p,)
    prior : Prior or None
    """

    family: Family
    parameters: Parameters
    blocks: Sequence[Block]
    n_units: int
    start: Floats
    prior: Prior | None = None
