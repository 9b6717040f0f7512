"""Posteriors of people and dimensions that have nothing to do with one another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array

from leadline.measurement import Dimension
from leadline.measurement.factors.joint_posterior import JointPosterior


def independent(dimensions: Sequence[Dimension], n_ratees: int) -> JointPosterior:
    """Each dimension as its value and error say; where a ratee has none, as wide as the group."""
    mean, sd = np.zeros((2, n_ratees, len(dimensions)))
    for d, one in enumerate(dimensions):
        known = np.isfinite(one.value)
        if not known.any():
            sd[:, d] = 1.0
            continue
        slope = float(np.interp(50.5, one.curve.value, one.curve.logits)) - float(
            np.interp(49.5, one.curve.value, one.curve.logits)
        )
        place = np.interp(one.value, one.curve.value, one.curve.logits)
        spread = slope * (float(np.std(one.value[known], ddof=1)) if known.sum() > 1 else 25.0)
        mean[:, d] = np.where(known, place, place[known].mean())
        sd[:, d] = np.where(known, slope * one.se, spread)
    covariance = sd[:, :, None] ** 2 * np.eye(len(dimensions))
    return JointPosterior(
        dimensions=tuple(f"{one.kind}:{one.factor}" for one in dimensions),
        mean=mean,
        covariance=covariance,
        prior=np.eye(len(dimensions)),
        root=np.sqrt(covariance),
        coupling=csr_array((mean.size, 0)),
        factor=np.zeros((0, 0)),
        zero=np.zeros(0),
        told=np.zeros(len(dimensions)),
    )
