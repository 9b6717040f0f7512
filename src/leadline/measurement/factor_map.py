"""From logits to 0-100: declared by the framework version, never by the pool of people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Curve:
    """A rising map from logits to 0-100, tabulated.

    Attributes
    ----------
    logits, value : array, shape (G,)
    """

    logits: Floats
    value: Floats

    def __call__(self, theta: Floats) -> Floats:
        """Values (0-100) at locations in logits; NaN stays NaN."""
        return np.interp(theta, self.logits, self.value)
