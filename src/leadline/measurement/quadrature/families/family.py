"""What a response family must answer, and the three that do.

A cell's likelihood depends on M linear predictors of the unit's location,

    z_m = s_m a_i theta + c_im,      m = 1..M,

so that every model is a family (how predictors become probabilities) and a parameterisation (how
free parameters become slopes a_i and intercepts c_im). Slopes and locations enter as a product.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from leadline.measurement.quadrature.cells import Cells, Derivatives, Floats
from leadline.measurement.quadrature.families import adjacent, cumulative, guessing


@dataclass(frozen=True)
class Family:
    """A response family as pure functions of cells and locations.

    Attributes
    ----------
    name : str
    scores : callable
        Number of predictors M -> array of s_m, shape (M,).
    log_likelihood : callable
        cells, theta of shape (U, Q) -> array, shape (U, Q).
    location : callable
        cells, theta of shape (U,) -> first derivative and curvature (>= 0) by theta, shape (U,).
    derivatives : callable
        cells, theta of shape (U, Q) -> Derivatives.
    probabilities : callable
        slope (I,), intercept (M, I), theta (U,) -> array, shape (U, I, K).
    """

    name: str
    scores: Callable[[int], Floats]
    log_likelihood: Callable[[Cells, Floats], Floats]
    location: Callable[[Cells, Floats], tuple[Floats, Floats]]
    derivatives: Callable[[Cells, Floats], Derivatives]
    probabilities: Callable[[Floats, Floats, Floats], Floats]


ADJACENT = Family(
    "adjacent",
    adjacent.scores,
    adjacent.log_likelihood,
    adjacent.location,
    adjacent.derivatives,
    adjacent.probabilities,
)
CUMULATIVE = Family(
    "cumulative",
    cumulative.scores,
    cumulative.log_likelihood,
    cumulative.location,
    cumulative.derivatives,
    cumulative.probabilities,
)
GUESSING = Family(
    "guessing",
    guessing.scores,
    guessing.log_likelihood,
    guessing.location,
    guessing.derivatives,
    guessing.probabilities,
)
