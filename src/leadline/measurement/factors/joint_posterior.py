"""What is known of all ratees together: means, and errors that they share through their raters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from scipy.linalg import solve_triangular
from scipy.sparse import csr_array, diags_array

from leadline.measurement.kernels.arrays import Codes, Floats
from leadline.measurement.kernels.threads import cuts, in_order
from leadline.measurement.variational.common_posterior import CommonPosterior

_SPARSE = ("data", "indices", "indptr")
_AT_ONCE = 64
_MOST = 1 << 20
"""Numbers of a block of draws, of which several are held."""


@dataclass(frozen=True, eq=False, kw_only=True)
class JointPosterior:
    r"""Locations of P ratees on D dimensions, jointly normal.

    :math:`\theta = m + L z - U x - t\, w' x`, where z is standard normal and x, the other facets'
    departures from their means, is normal with precision :math:`C C'`.

    Attributes
    ----------
    dimensions : tuple of str, D
    mean : array, shape (P, D)
    covariance : array, shape (P, D, D)
        Of each ratee alone, as presented.
    prior : array, shape (D, D)
        Covariance of the dimensions among people.
    root : array, shape (P, D, D)
        L: error of a ratee that is its own, given all raters.
    coupling : csr array, shape (P D, M)
        U: how errors of raters carry over; M is 0 where the design is too large to factor, and
        ``root`` then holds the whole error.
    factor : array, shape (M, M)
        C, lower triangular.
    zero : array, shape (M,)
        w: weights of the mean that is presented as 0.
    told : array, shape (D,)
        t: 1 where raters place the dimension, else 0.
    """

    dimensions: tuple[str, ...]
    mean: Floats
    covariance: Floats
    prior: Floats
    root: Floats
    coupling: csr_array
    factor: Floats
    zero: Floats
    told: Floats

    def draws(self, n: int, seed: int, make: Callable[[Floats], Floats]) -> Iterator[Floats]:
        """Something made of joint draws, in blocks, on every processor.

        Each block has a seed of its own: n changes none of the first.

        Parameters
        ----------
        n : int
        seed : int
        make : callable
            Given draws, shape (at most 64, P, D).

        Yields
        ------
        array
            What it made of them.
        """
        at_once = max(1, min(_AT_ONCE, _MOST // self.mean.size))

        def made(some: slice) -> Floats:
            return make(self._drawn(min(at_once, n - some.start), [seed, some.start]))

        return in_order(made, cuts(n, at_once))

    def _drawn(self, n: int, seed: Sequence[int]) -> Floats:
        rng = np.random.default_rng(seed)
        noise = rng.standard_normal((n, *self.mean.shape))
        # One product of matrices a person: einsum would take thrice as long.
        error = noise.transpose(1, 0, 2) @ self.root.transpose(0, 2, 1)
        found: Floats = self.mean + error.transpose(1, 0, 2)
        if self.factor.size:
            x = rng.standard_normal((len(self.factor), n))
            x = solve_triangular(self.factor, x, lower=True, trans="T", check_finite=False)
            found -= (self.coupling @ x).T.reshape(found.shape)
            found -= (self.zero @ x)[:, None, None] * self.told
        return found

    def save(self, path: Path) -> None:
        """Write to a NumPy archive."""
        content: dict[str, Any] = {one.name: getattr(self, one.name) for one in fields(self)}
        sparse = content.pop("coupling")
        parts = {name: getattr(sparse, name) for name in _SPARSE}
        np.savez_compressed(path, **{**content, **parts, "dimensions": np.array(self.dimensions)})

    @classmethod
    def load(cls, path: Path) -> JointPosterior:
        """Read what `save` wrote."""
        with np.load(path) as found:
            content: dict[str, Any] = {name: found[name] for name in found.files}
        parts = tuple(content.pop(name) for name in _SPARSE)
        shape = (content["mean"].size, len(content["factor"]))
        content["dimensions"] = tuple(content["dimensions"].tolist())
        return cls(**content, coupling=csr_array(parts, shape=shape))


def posterior_of(common: CommonPosterior, places: Codes) -> JointPosterior:
    """Posterior of some ratees' main dimensions.

    Parameters
    ----------
    common : CommonPosterior
    places : array of int, shape (P,)
        Positions among the ratees; -1 for one without evidence, of whom nothing but the group is known.

    Returns
    -------
    JointPosterior
    """
    layout, posterior, prior = common.layout, common.found.posterior, common.found.state.prior
    free, width = layout.free, layout.width
    at = np.maximum(places, 0)
    unknown = (places < 0)[:, None]
    group = prior.covariance[:free, :free]
    covariance = np.where(unknown[:, :, None], group, common.covariance[at][:, :free, :free])
    dense = posterior.is_dense and posterior.design.eliminated == posterior.design.ratee
    rest = posterior.design.rest.shape[1] if dense else 0
    own = posterior.inverse.values[at][:, :free, :free] if dense else covariance
    lines = (at[:, None] * width + np.arange(free)).ravel()
    known = diags_array(np.repeat(places >= 0, free).astype(float))
    coupling = csr_array(known @ posterior.coupling[lines]) if rest else csr_array((len(lines), 0))
    return JointPosterior(
        dimensions=layout.dimensions[:free],
        mean=np.where(unknown, prior.mean[:free], common.means[at][:, :free]),
        covariance=covariance,
        prior=group,
        root=np.linalg.cholesky(np.where(unknown[:, :, None], group, own)),
        coupling=coupling,
        factor=posterior.factor if rest else np.zeros((0, 0)),
        zero=posterior.design.split(common.zero)[1] if rest else np.zeros(0),
        told=common.told[:free],
    )
