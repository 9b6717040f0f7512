"""How near estimates are to the truth, after the same alignment for every program.

The zero of a scale is arbitrary, so errors are taken after a shift. The unit is not: a program with
the simulator's model estimates in its logits, and pays for stretching or shrinking them
(``theta_rmse``, ``sd_ratio``). One with another model (cumulative logits, rating units) has no such
figure; for all programs ``theta_rmse_scaled`` is the error left after the best shift and scale.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEVEL = 0.90
Z = 1.6448536269514722


class Accuracy(NamedTuple):
    """NaN where a program has no such figure."""

    theta_rmse: float
    theta_rmse_scaled: float
    severity_rmse: float
    severity_rmse_scaled: float
    sd_ratio: float
    coverage: float


def accuracy(
    theta: Floats,
    true_theta: Floats,
    theta_se: Floats | None = None,
    severity: Floats | None = None,
    true_severity: Floats | None = None,
    *,
    same_unit: bool,
) -> Accuracy:
    """Compare estimates, shape (P,), with the truth. Elements without an estimate are left out."""
    known = np.isfinite(theta)
    error, scaled, slope = errors(theta[known], true_theta[known])
    rater = None
    if severity is not None and true_severity is not None:
        rated = np.isfinite(severity)
        rater = errors(severity[rated], true_severity[rated])
    coverage = np.nan
    if theta_se is not None:
        # The slope changes the unit; where the unit is the same it would hide a wrong scale.
        off, half = (error, Z) if same_unit else (scaled, Z * slope)
        coverage = float(np.mean(np.abs(off) <= half * theta_se[known]))
    return Accuracy(
        theta_rmse=rms(error) if same_unit else np.nan,
        theta_rmse_scaled=rms(scaled),
        severity_rmse=rms(rater[0]) if rater and same_unit else np.nan,
        severity_rmse_scaled=rms(rater[1]) if rater else np.nan,
        sd_ratio=float(theta[known].std() / true_theta[known].std()) if same_unit else np.nan,
        coverage=coverage,
    )


def errors(estimate: Floats, true: Floats) -> tuple[Floats, Floats, float]:
    """Errors after a shift, errors after the least-squares shift and scale, and that scale."""
    estimate, true = estimate - estimate.mean(), true - true.mean()
    slope = float(estimate @ true / (estimate @ estimate))
    return estimate - true, slope * estimate - true, slope


def rms(values: Floats) -> float:
    return float(np.sqrt(np.mean(values**2)))
