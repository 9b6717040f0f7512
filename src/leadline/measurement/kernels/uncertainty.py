r"""The raters' share in the error of a ratee's location.

With the curvature of ratees and raters in blocks, :math:`D` (ratees, diagonal), :math:`W` between
them and :math:`S = D_r - W^T D^{-1} W`, the error that counts raters as estimated is

.. math:: \operatorname{Var}(\theta_p) = 1/D_p + (W_p/D_p)\, S^{-1} (W_p/D_p)^T ;

the first term alone is the conditional error, which takes raters as known.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_array

from leadline.measurement.kernels.arrays import Codes, Floats, add_up

MOST_RATERS = 1500
"""Above as many raters, S is replaced by its diagonal: a lower bound that costs nothing."""


def error_with_raters(
    ratee: Codes, rater: Codes, sizes: tuple[int, int], information: Floats, subset: Codes
) -> Floats:
    """Standard error of ratees' locations, raters being estimated and centred in each subset.

    Parameters
    ----------
    ratee, rater : array of int, shape (N,)
    sizes : tuple of int
        P and R.
    information : array, shape (N,)
        Variance of each rating at the estimates.
    subset : array of int, shape (R,)
        Connected subset of each rater, -1 for one without ratings here.

    Returns
    -------
    array, shape (P,), logits
        NaN without ratings.

    Notes
    -----
    Cost O(R³) up to 1,500 raters.

    Examples
    --------
    Two ratees, two raters, information 4 in each of the four cells.

    >>> ratee, rater = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    >>> error_with_raters(ratee, rater, (2, 2), np.full(4, 4.0), np.zeros(2, int)).round(4)
    array([0.3536, 0.3536])
    """
    own = add_up(ratee, sizes[0], information)
    inverse = np.where(own > 0, 1 / np.where(own > 0, own, 1.0), np.nan)
    share = csr_array((information * np.nan_to_num(inverse[ratee]), (ratee, rater)), shape=sizes)
    share.sum_duplicates()
    of_raters = add_up(rater, sizes[1], information)
    if sizes[1] > MOST_RATERS:
        variance = share.power(2) @ np.where(of_raters > 0, 1 / np.where(of_raters > 0, of_raters, 1), 0)
        bound: Floats = np.sqrt(inverse + variance)
        return bound
    weighted = share.multiply(own[:, None])
    reduced = np.diag(np.where(of_raters > 0, of_raters, 1.0)) - (share.T @ weighted).toarray()
    scale = float(np.mean(of_raters[of_raters > 0])) if (of_raters > 0).any() else 1.0
    constant = np.zeros(sizes[1])
    for number in range(int(subset.max(initial=-1)) + 1):
        members = (subset == number).astype(float)
        n = members.sum()
        if n:
            # The raters of a subset can shift together with its ratees: fixed by their centring.
            reduced += scale / n * np.outer(members, members)
            constant += members / (scale * n)
    reduced[np.diag_indices_from(reduced)] += 1e-9 * scale
    solved = cho_solve(cho_factor(reduced), share.T.toarray())
    variance = np.einsum("pr,rp->p", share.toarray(), solved) - share @ constant
    error: Floats = np.sqrt(inverse + np.maximum(variance, 0.0))
    return error
