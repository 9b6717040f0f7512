"""Marginal maximum likelihood by adaptive quadrature, where nothing is crossed.

Exam answers (items without a rater) and ratings with a single grouping facet have a likelihood with
one integral a unit, and Gauss-Hermite nodes around each unit's posterior mode make it exact to rounding.
"""

from leadline.measurement.quadrature.curves import Curves
from leadline.measurement.quadrature.grouped import fit_grouped
from leadline.measurement.quadrature.responses import fit_responses
from leadline.measurement.quadrature.result import (
    FixedEffects,
    GroupedFit,
    ItemMeasures,
    QuadratureFit,
    ResponseFit,
    UnitMeasures,
)

__all__ = [
    "Curves",
    "FixedEffects",
    "GroupedFit",
    "ItemMeasures",
    "QuadratureFit",
    "ResponseFit",
    "UnitMeasures",
    "fit_grouped",
    "fit_responses",
]
