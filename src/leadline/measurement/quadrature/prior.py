"""The prior of lower asymptotes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadline.measurement.quadrature.cells import Floats, Ints

# As many imaginary answers of people who know nothing as BILOG-MG assumes.
STRENGTH = 20.0


@dataclass(frozen=True, eq=False)
class Prior:
    r"""Beta prior of lower asymptotes g = logistic(b): as if `strength` clueless people had answered.

    .. math:: \log p(g) = s \, [m \log g + (1 - m) \log(1 - g)]

    is Beta(1 + s m, 1 + s (1 - m)), highest at m: the chance of guessing right. With s = 20 and
    m = .2 it is Beta(5, 17), the default of BILOG-MG for five options.

    Attributes
    ----------
    places : array of int, shape (n,)
        Where in b the asymptotes are.
    mode : array, shape (n,)
        Between 0 and 1.
    strength : float
    """

    places: Ints
    mode: Floats
    strength: float

    def at(self, b: Floats) -> tuple[float, Floats, Floats]:
        """Log density (without constant), gradient (p,), information (p,) on the diagonal.

        Examples
        --------
        >>> prior = Prior(np.array([0]), np.array([0.5]), 20.0)
        >>> value, gradient, information = prior.at(np.array([0.0]))
        >>> round(value, 3), float(gradient[0]), float(information[0])
        (-13.863, 0.0, 5.0)
        """
        z = b[self.places]
        g = 1.0 / (1.0 + np.exp(-z))
        value = -self.mode * np.logaddexp(0.0, -z) - (1.0 - self.mode) * np.logaddexp(0.0, z)
        gradient, information = np.zeros_like(b), np.zeros_like(b)
        gradient[self.places] = self.strength * (self.mode - g)
        information[self.places] = self.strength * g * (1.0 - g)
        return float(self.strength * value.sum()), gradient, information
