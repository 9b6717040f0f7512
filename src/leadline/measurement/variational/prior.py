"""What is assumed of locations before the ratings, and how the ratings change it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadline.measurement.kernels.arrays import Codes, Floats

FIXED = 1e-6
"""Prior precision of facets with fixed effects: they are centred, not shrunk."""

HELD = 1e12
"""Prior precision of an anchored element."""

RATEE_START, RATER_START, DEPARTURE_START, GROUP_START = 1.0, 0.25, 0.1, 0.05
"""Variances assumed at first: of ratees, raters, competencies about their factor, relationships."""

_LEAST = 1e-6
_SPARE = 0.02


@dataclass(frozen=True, eq=False, kw_only=True)
class Prior:
    """Means and variances before the ratings. A ratee has B dimensions.

    Attributes
    ----------
    covariance : array, shape (B, B)
        Of the dimensions of a ratee.
    mean : array, shape (B,)
    free : int
        The first ``free`` dimensions are correlated in any way; the others are departures from one of
        them, independent, and their mean is 0.
    departs : array of int, shape (B - free,)
        Group of each departure; a group shares its variance.
    ratee : int
        Number of the ratee facet.
    variances : tuple of float or None
        Of each other facet; None for fixed effects and for the ratees.
    assumed : tuple of float or None
        Variances of the facets assumed at first.
    halo : float
        Variance of the halos, 0 for none.
    prior_weight : float
        People that the variances assumed at first weigh as much as.
    held : tuple of A arrays, shape (E,)
        Where an element is anchored; NaN elsewhere.
    """

    covariance: Floats
    mean: Floats
    free: int
    departs: Codes
    ratee: int
    variances: tuple[float | None, ...]
    assumed: tuple[float | None, ...]
    halo: float
    prior_weight: float
    held: tuple[Floats, ...]

    def precision(self, facet: int) -> Floats:
        """Prior precision of the elements of a facet other than the ratees, shape (E,)."""
        variance = self.variances[facet]
        return np.where(np.isfinite(self.held[facet]), HELD, FIXED if variance is None else 1 / variance)

    def ratee_precision(self) -> Floats:
        """Prior precision of every ratee's dimensions, shape (P, B, B)."""
        b = len(self.mean)
        held = np.isfinite(self.held[self.ratee]).reshape(-1, b)
        blocks = np.broadcast_to(np.linalg.inv(self.covariance), (len(held), b, b))
        if not held.any():
            return blocks
        return np.where(held[:, :, None] | held[:, None, :], np.eye(b) * HELD, blocks)

    def centre(self, facet: int) -> Floats:
        """Prior mean of a facet's elements."""
        held = self.held[facet]
        level = np.resize(self.mean, len(held)) if facet == self.ratee else np.zeros(len(held))
        return np.where(np.isfinite(held), held, level)


def next_covariance(prior: Prior, away: Floats, known: Floats) -> Floats:
    r"""Covariance of the dimensions that the posterior leads to.

    With :math:`\Sigma = LL'` now, and mean squares S and mean posterior covariance V of the ratees'
    dimensions in the coordinates of L, in which :math:`V = Q \operatorname{diag}(v) Q'`,

    .. math:: \Sigma \leftarrow L Q D^{-1/2}\, Q' S Q\, D^{-1/2} Q' L', \qquad D = I - \operatorname{diag}(v)

    which has the fixed points of EM, :math:`\Sigma = S + V`, and in one dimension is that of MacKay
    (1992, eq. 4.5). Correlations are drawn towards 0 as by B + 1 more ratees without any, which keeps
    them off the boundary when ratees are few (Chung et al. 2015).

    Parameters
    ----------
    prior : Prior
    away : array, shape (P, B)
        Posterior means less prior means.
    known : array, shape (P, B, B)
        Posterior covariance.

    Returns
    -------
    array, shape (B, B)
    """
    b = away.shape[1]
    found = np.zeros((b, b))
    main = slice(0, prior.free)
    found[main, main] = _free(prior, away[:, main], known[:, main, main])
    for group in np.unique(prior.departs):
        at = prior.free + np.flatnonzero(prior.departs == group)
        sigma = float(prior.covariance[at[0], at[0]])
        first = (prior.prior_weight, DEPARTURE_START)
        each = next_variance(away[:, at].ravel(), known[:, at, at].ravel(), sigma, *first)
        found[at, at] = each
    return found


def _free(prior: Prior, away: Floats, known: Floats) -> Floats:
    n, b = away.shape
    covariance = prior.covariance[:b, :b]
    if b == 1:
        sigma = float(covariance[0, 0])
        return np.array([[next_variance(away[:, 0], known[:, 0, 0], sigma, prior.prior_weight, RATEE_START)]])
    root = np.linalg.cholesky(covariance)
    doubtful = np.sqrt(prior.prior_weight * RATEE_START) * np.eye(b)
    whitened = np.linalg.solve(root, np.hstack([away.T, doubtful]))
    values = np.linalg.solve(root, np.linalg.solve(root, known.sum(axis=0)).T)
    v, q = np.linalg.eigh((values + values.T) / 2)
    scale = q / np.sqrt(np.maximum(n - v, _SPARE * n) + prior.prior_weight)
    half = root @ scale @ (q.T @ whitened)
    found: Floats = half @ half.T
    sd = np.sqrt(np.maximum(np.diag(found), _LEAST))
    pull = n / (n + b + 1)
    correlation = np.where(np.eye(b) > 0, 1.0, pull * found / np.outer(sd, sd))
    return np.asarray(correlation * np.outer(sd, sd))


def next_variance(
    mean: Floats, known: Floats, sigma: float, prior_weight: float = 0.0, assumed: float = 1.0
) -> float:
    r"""Variance of independent locations that their posterior leads to.

    .. math:: \sigma^2 \leftarrow \frac{\sum m^2 + \nu s^2}{n - \sum v / \sigma^2 + \nu}

    Parameters
    ----------
    mean, known : array, shape (n,)
        Posterior means, and variances v.
    sigma : float
        The variance now, :math:`\sigma^2`.
    prior_weight, assumed : float
        :math:`\nu` people who have the variance :math:`s^2`.

    Returns
    -------
    float

    Notes
    -----
    Source: MacKay (1992), Neural Computation 4, 415-447, eq. 4.5.

    Examples
    --------
    >>> next_variance(np.array([1.0, -1.0]), np.array([0.25, 0.25]), 1.0)
    1.3333333333333333
    """
    if len(mean) == 0:
        return sigma
    told = max(len(mean) - float(known.sum()) / sigma, _SPARE * len(mean))
    return max((float(mean @ mean) + prior_weight * assumed) / (told + prior_weight), _LEAST)
