"""What a marginal fit by adaptive quadrature found: frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline.measurement.quadrature.cells import Floats
from leadline.measurement.quadrature.curves import Curves
from leadline.measurement.values.facet import Component, Thresholds
from leadline.measurement.values.notice import Notice


@dataclass(frozen=True, eq=False, kw_only=True)
class UnitMeasures:
    """Locations of the units: people who answered, or the elements of a grouping facet. U units.

    Attributes
    ----------
    units : tuple of str, U
    theta : array, shape (U,), logits
        Posterior mean (EAP): 0 is the population's mean, larger means better or higher ratings.
    theta_se : array, shape (U,), logits
        Posterior standard deviation, with what is unknown about the items added.
    posterior_sd : array, shape (U,), logits
        The same with the items taken as known. Given the items units are independent, so differences
        between two units are judged by these.
    n : array of int, shape (U,)
        Answers.
    """

    units: tuple[str, ...]
    theta: Floats
    theta_se: Floats
    posterior_sd: Floats
    n: NDArray[np.int64]


@dataclass(frozen=True, eq=False, kw_only=True)
class ItemMeasures:
    """Items on the scale of the units. I items.

    Attributes
    ----------
    items : tuple of str, I
    difficulty, difficulty_se : array, shape (I,), logits
        Mean of the item's thresholds, weighted by score points. NaN where the answers do not tell.
    slope, slope_se : array, shape (I,)
        1 with error 0 where the model says so.
    guess, guess_se : array, shape (I,)
        Lower asymptote of 3pl, else NaN.
    n : array of int, shape (I,)
        Answers.
    extreme : bool array, shape (I,)
        All answers alike: no finite estimate. Where a category beside it is known (dichotomous items,
        shared thresholds) the difficulty is that of a score moved by 0.3 points, with the mean slope.
    """

    items: tuple[str, ...]
    difficulty: Floats
    difficulty_se: Floats
    slope: Floats
    slope_se: Floats
    guess: Floats
    guess_se: Floats
    n: NDArray[np.int64]
    extreme: NDArray[np.bool_]


@dataclass(frozen=True, eq=False, kw_only=True)
class FixedEffects:
    """A facet with a fixed effect for each element, subtracted: larger means lower ratings. E elements.

    Attributes
    ----------
    facet : str
    elements : tuple of str, E
    measure, se : array, shape (E,), logits
    covariance : array, shape (E, E)
    n : array of int, shape (E,)
        Ratings.
    """

    facet: str
    elements: tuple[str, ...]
    measure: Floats
    se: Floats
    covariance: Floats
    n: NDArray[np.int64]

    def contrast(self, first: str, second: str) -> tuple[float, float]:
        """How much higher `first` is rated than `second`, in logits, and the standard error.

        Examples
        --------
        >>> effects = FixedEffects(
        ...     facet="task", elements=("easy", "hard"), measure=np.array([-1.0, 1.0]),
        ...     se=np.array([0.1, 0.1]), covariance=np.array([[0.01, -0.01], [-0.01, 0.01]]),
        ...     n=np.array([8, 8]),
        ... )
        >>> effects.contrast("easy", "hard")
        (2.0, 0.2)
        """
        a, b = self.elements.index(first), self.elements.index(second)
        variance = self.covariance[a, a] + self.covariance[b, b] - 2.0 * self.covariance[a, b]
        return float(self.measure[b] - self.measure[a]), float(np.sqrt(max(variance, 0.0)))


@dataclass(frozen=True, eq=False, kw_only=True)
class QuadratureFit:
    """What every fit by adaptive quadrature reports.

    Attributes
    ----------
    model : str
    units : UnitMeasures
    thresholds : Thresholds
    variance : Component
        Of the units' locations in the population; 1 by definition where slopes are free.
    log_likelihood : float
        Marginal: units integrated out, no prior, without binomial or multinomial constants.
    n_parameters : int
    iterations : int
    converged : bool
    n_nodes : int
        Quadrature nodes a unit.
    node_error : float
        Change of the log-likelihood with the next larger number of nodes; NaN where nodes were prescribed.
    warnings : tuple of Notice
    """

    model: str
    units: UnitMeasures
    thresholds: Thresholds
    variance: Component
    log_likelihood: float
    n_parameters: int
    iterations: int
    converged: bool
    n_nodes: int
    node_error: float
    warnings: tuple[Notice, ...]

    def to_json(self) -> dict[str, Any]:
        """Summary: everything but the tables."""
        return {
            "model": self.model,
            "method": "marginal",
            "integration": "adaptive quadrature",
            "n_units": len(self.units.units),
            "log_likelihood": self.log_likelihood,
            "log_likelihood_kind": "marginal",
            "n_parameters": self.n_parameters,
            "variance": self.variance.variance,
            "variance_se": self.variance.se,
            "iterations": self.iterations,
            "converged": self.converged,
            "n_nodes": self.n_nodes,
            "node_error": None if np.isnan(self.node_error) else self.node_error,
            "warnings": [notice.to_json() for notice in self.warnings],
        }


@dataclass(frozen=True, eq=False, kw_only=True)
class ResponseFit(QuadratureFit):
    """An item response model fitted to answers without raters.

    Attributes
    ----------
    items : ItemMeasures
    curves : Curves
        Probabilities of categories and expected answers at any location.
    """

    items: ItemMeasures
    curves: Curves


@dataclass(frozen=True, eq=False, kw_only=True)
class GroupedFit(QuadratureFit):
    """A mixed model with one grouping facet and fixed facets.

    Attributes
    ----------
    facets : mapping of name to FixedEffects
    identification : {"centred", "reference"}
        Effects of a facet add up to 0, or its first element's is 0.
    threshold_covariance : array, shape (T, T)
        Of the thresholds that are there.
    """

    facets: Mapping[str, FixedEffects]
    identification: str
    threshold_covariance: Floats
