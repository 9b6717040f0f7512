"""To the top of a marginal likelihood: Newton's method on the observed information, EM where that fails.

With complete information H and missing information L (see `marginal`) Newton's step is
(H - L)^-1 gradient. Where H - L is not positive definite, directions that H and L share are taken apart:

    L v = m H v,   step = sum of v (v' gradient) / max(|1 - m|, 1/100).

m = 0 is a step of EM in its gradient form (Lange, 1995), which climbs from anywhere; 1 - m is how much
of the information a direction keeps, so that no step is longer than a hundred of EM.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve, eigh

from leadline.measurement.quadrature.cells import Floats
from leadline.measurement.quadrature.marginal import Surface

_LONGEST = 100.0
_HALVINGS = 12
# Rounding hides gains smaller than this share of the value.
_NOISE = 1e-9
# Log-likelihood that too few nodes may miss, at most.
_HIDDEN = 0.1


@dataclass(frozen=True, eq=False)
class Optimum:
    """Where a climb ended. p parameters.

    Attributes
    ----------
    b : array, shape (p,)
    surface : Surface
    decrement : float
        Twice the log-likelihood still to be gained if the surface were a parabola.
    iterations : int
    converged : bool
    """

    b: Floats
    surface: Surface
    decrement: float
    iterations: int
    converged: bool


class Hill(Protocol):
    """What is climbed: surveyed around nodes laid anew at each point, or sounded without moving them."""

    def survey(self, b: Floats) -> Surface:
        """The surface at a point; its value is NaN where parameters have no likelihood."""

    def sound(self, b: Floats, here: Surface) -> float:
        """The value at a point on the nodes of a surface, whose gradient is exact for them."""

    def is_endless(self, b: Floats) -> bool:
        """Whether a point is on the way to infinity, where there is no top."""


def optimise(
    hill: Hill,
    start: Floats,
    *,
    tolerance: float,
    most: int,
    firmly: bool = True,
) -> Optimum:
    """Maximise.

    Parameters
    ----------
    hill : Hill
    start : array, shape (p,)
        Where the value is finite.
    tolerance : float
        Bound on the decrement: squared distance to the top in standard errors.
    most : int
        Iterations.
    firmly : bool
        Count as arrived only where the surface curves down in all directions.

    Returns
    -------
    Summit
    """
    b, here = start, hill.survey(start)
    best = here.value
    for iteration in range(most + 1):
        step, newton = _step(here)
        decrement = float(step @ here.gradient)
        if decrement < tolerance and (newton or not firmly):
            return Optimum(b, here, decrement, iteration, converged=True)
        best = max(best, here.value)
        if iteration == most or hill.is_endless(b):
            break
        found = _ascended(hill, b, here, step, best - _HIDDEN)
        if found is None:
            break
        b, here = found
    return Optimum(b, here, decrement, iteration, converged=False)


def _step(here: Surface) -> tuple[Floats, bool]:
    """Step, and whether it is Newton's."""
    newton = _newton(here)
    return (_apart(here), False) if newton is None else (newton, True)


def _newton(here: Surface) -> Floats | None:
    """Newton's step, where the observed information is positive definite."""
    try:
        return cho_solve(cho_factor(here.complete - here.missing, lower=True), here.gradient)
    except LinAlgError:
        return None


def _apart(here: Surface) -> Floats:
    """A step by directions taken apart."""
    try:
        share, direction = eigh(here.missing, here.complete)
    except LinAlgError:
        # Complete information of a non-concave family far from its top: follow the gradient instead.
        return here.gradient / (np.abs(np.diag(here.complete)) + 1.0)
    kept = np.maximum(np.abs(1.0 - share), 1.0 / _LONGEST)
    return np.asarray(direction @ (direction.T @ here.gradient / kept))


def _ascended(
    hill: Hill, b: Floats, here: Surface, step: Floats, lowest: float
) -> tuple[Floats, Surface] | None:
    """The first point along a step, halved until it is one, that is no lower."""
    least = here.value - _NOISE * (1.0 + abs(here.value))
    for _ in range(_HALVINGS):
        there = hill.survey(b + step)
        # Nodes laid anew may lower a value that rises where they were: what few nodes miss, not a descent.
        if there.value >= least or (there.value >= lowest and hill.sound(b + step, here) >= least):
            return b + step, there
        step = 0.5 * step
    return None
