r"""The Gaussian posterior of all locations, one facet eliminated.

Its precision is :math:`H = D + A' V A` less what a halo takes up; with the larger facet L eliminated
(its block is diagonal, :math:`H_L`) the rest M has the Schur complement
:math:`S = H_M - W' H_L^{-1} W`. Then, with :math:`U = H_L^{-1} W`,

.. math:: \operatorname{Var}(x_M) = S^{-1}, \quad
   \operatorname{Var}(x_L) = H_L^{-1} + U S^{-1} U', \quad
   \operatorname{Cov}(x_L, x_M) = -U S^{-1}.

The second term of :math:`\operatorname{Var}(x_L)` is the raters' share of a ratee's error.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import cho_factor, cho_solve, lapack, solve_triangular
from scipy.sparse import csr_array, diags_array

from leadline.measurement.kernels.arrays import Codes, Floats, add_up
from leadline.measurement.kernels.elimination import conjugate_gradients
from leadline.measurement.variational.design import Design

DENSE = 2500
"""Up to as many locations beside the eliminated facet the Schur complement is factored (S³/3 flops)."""

_BLOCK = 1 << 22
_DRAWS = 64


@dataclass(frozen=True, eq=False)
class Posterior:
    """Precision of the locations at given weights.

    Attributes
    ----------
    design : Design
    variance : array, shape (C,)
        Averaged rating variance of every combination.
    prior_large, prior_rest : array, shape (L,) and (M,)
        Prior precision of each location.
    halo : float
        Prior precision of a halo; ``inf`` where there is none.
    """

    design: Design
    variance: Floats
    prior_large: Floats
    prior_rest: Floats
    halo: float

    @cached_property
    def taken(self) -> Floats:
        """Inverse precision of every pair's halo given the locations, shape (Q,)."""
        if np.isinf(self.halo):
            return np.zeros(self.design.n_pairs)
        return 1.0 / (add_up(self.design.pair, self.design.n_pairs, self.variance) + self.halo)

    @cached_property
    def _on_pairs(self) -> tuple[csr_array, csr_array]:
        """Sums of V A over the combinations of each pair, (Q, L) and (Q, M)."""
        d = self.design
        n = len(self.variance)
        gather = csr_array((self.variance, (d.pair, np.arange(n))), shape=(d.n_pairs, n))
        return gather @ d.large, gather @ d.rest

    @cached_property
    def inverse(self) -> Floats:
        """Inverse of the eliminated facet's diagonal block, shape (L,)."""
        d = self.design
        diagonal = add_up(d.large.indices, d.large.shape[1], self.variance) + self.prior_large
        on_large, _ = self._on_pairs
        diagonal -= add_up(on_large.indices, d.large.shape[1], on_large.data**2 * self._taken_of(on_large))
        return 1.0 / diagonal

    def _taken_of(self, on: csr_array) -> Floats:
        return np.repeat(self.taken, np.diff(on.indptr))

    @cached_property
    def coupling(self) -> csr_array:
        """U, shape (L, M)."""
        d = self.design
        on_large, on_rest = self._on_pairs
        weighted = diags_array(self.variance) @ d.rest
        w = d.large.T @ weighted - on_large.T @ (diags_array(self.taken) @ on_rest)
        return csr_array(diags_array(self.inverse) @ w)

    @cached_property
    def _rest_block(self) -> csr_array:
        d = self.design
        _, on_rest = self._on_pairs
        block = d.rest.T @ (diags_array(self.variance) @ d.rest)
        block = block - on_rest.T @ (diags_array(self.taken) @ on_rest)
        return csr_array(block + diags_array(self.prior_rest))

    @cached_property
    def _factor(self) -> Floats:
        """Lower Cholesky factor of the Schur complement."""
        u = self.coupling
        schur = self._rest_block - u.T @ (diags_array(1 / self.inverse) @ u)
        factor: Floats = cho_factor(schur.toarray(), lower=True, overwrite_a=True, check_finite=False)[0]
        return factor

    @property
    def is_dense(self) -> bool:
        """Whether the Schur complement is factored; otherwise it is only ever multiplied with."""
        return self.design.rest.shape[1] <= DENSE

    def solve(self, large: Floats, rest: Floats) -> tuple[Floats, Floats]:
        """``H x = (large, rest)``, exactly or to a relative accuracy of 1e-4."""
        right = rest - self.coupling.T @ large
        if right.size == 0:
            return self.inverse * large, right
        x: Floats
        if self.is_dense:
            x = cho_solve((self._factor, True), right, check_finite=False)
        else:
            diagonal = self._rest_block.diagonal()
            x = conjugate_gradients(self._schur_product, right, lambda y: y / diagonal)
        return self.inverse * large - self.coupling @ x, x

    def _schur_product(self, x: Floats) -> Floats:
        back = self.coupling @ x
        return np.asarray(self._rest_block @ x - self.coupling.T @ (back / self.inverse))

    @cached_property
    def _rest_covariance(self) -> Floats:
        covariance, _ = lapack.dpotri(self._factor, lower=1)
        lower = np.tril(covariance)
        full: Floats = lower + np.tril(lower, -1).T
        return full

    @cached_property
    def _draws(self) -> Floats:
        """Draws of the rest's locations around their mean, fixed so that iterations settle, (n, M)."""
        return self.draws(_DRAWS, np.random.default_rng(0))[1]

    def variances(self) -> tuple[Floats, Floats, Floats]:
        """Posterior variances of the eliminated facet, of the rest, and of every combination's location.

        The location includes the halo. Exact where dense; otherwise the shares of other facets come
        from 64 draws (their error is 18 % of that share).
        """
        if self.design.rest.shape[1] == 0:
            return self.inverse, np.empty(0), self._own_share() + self.inverse[self.design.large.indices]
        return self._exact() if self.is_dense else self._sampled()

    def _own_share(self) -> Floats:
        """Variance of a combination's location from its halo, given the locations."""
        return self.taken[self.design.pair]

    def _local(self) -> tuple[Floats, csr_array]:
        """Rows of A, less what the halo follows: eliminated facet's coefficient, and the rest's."""
        d = self.design
        on_large, on_rest = self._on_pairs
        follow = self.taken[d.pair]
        large = d.large.data - follow * np.asarray(on_large.sum(axis=1)).ravel()[d.pair]
        if not self.taken.any():
            return large, d.rest
        return large, csr_array(d.rest - diags_array(follow) @ on_rest[d.pair])

    def _exact(self) -> tuple[Floats, Floats, Floats]:
        d, u, covariance = self.design, self.coupling, self._rest_covariance
        own, rest = self._local()
        at = d.large.indices
        large_variance = self.inverse.copy()
        location = self._own_share() + own**2 * self.inverse[at]
        order = np.argsort(at, kind="stable")
        step = max(1, _BLOCK // covariance.shape[0])
        for begin in range(0, u.shape[0], step):
            block = slice(begin, begin + step)
            product = u[block] @ covariance
            shared = _row_dots(u[block], product)
            large_variance[block] += shared
            rows = order[np.searchsorted(at[order], begin) : np.searchsorted(at[order], begin + step)]
            near, weight = at[rows] - begin, own[rows]
            location[rows] += weight**2 * shared[near] - 2 * weight * _row_dots(rest[rows], product, near)
        location += _quadratic(rest, covariance)
        return large_variance, np.diag(covariance).copy(), location

    def _sampled(self) -> tuple[Floats, Floats, Floats]:
        d, draws = self.design, self._draws
        own, rest = self._local()
        at = d.large.indices
        pulled = self.coupling @ draws.T
        large_variance = self.inverse + (pulled**2).mean(axis=1)
        location = self._own_share() + own**2 * self.inverse[at]
        for begin in range(0, len(at), _BLOCK // _DRAWS):
            block = slice(begin, begin + _BLOCK // _DRAWS)
            moved = rest[block] @ draws.T - own[block, None] * pulled[at[block]]
            location[block] += (moved**2).mean(axis=1)
        return large_variance, self._rest_variance_sampled(draws), location

    def _rest_variance_sampled(self, draws: Floats) -> Floats:
        """Rao-Blackwell: variance given the neighbours, exact, plus that of the conditional mean."""
        diagonal = self._rest_block.diagonal() - np.asarray(
            self.coupling.multiply(self.coupling).T @ (1 / self.inverse)
        )
        image = np.stack([self._schur_product(x) for x in draws])
        mean = draws - image / diagonal
        found: Floats = 1 / diagonal + (mean**2).mean(axis=0)
        return found

    def draws(self, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Joint posterior draws around the mean: eliminated facet (n, L), rest (n, M)."""
        large_n, rest_n = self.design.large.shape[1], self.design.rest.shape[1]
        if rest_n == 0:
            return rng.standard_normal((n, large_n)) * np.sqrt(self.inverse), np.empty((n, 0))
        if self.is_dense:
            x = solve_triangular(self._factor, rng.standard_normal((rest_n, n)), lower=True, trans="T").T
            noise = rng.standard_normal((n, large_n)) * np.sqrt(self.inverse)
            return noise - (self.coupling @ x.T).T, x
        found = [self.solve(*self._perturbation(rng)) for _ in range(n)]
        return np.stack([large for large, _ in found]), np.stack([rest for _, rest in found])

    def _perturbation(self, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """A draw from N(0, H) (Papandreou and Yuille 2010)."""
        d = self.design
        on_large, on_rest = self._on_pairs
        noise = rng.standard_normal(len(self.variance)) * np.sqrt(self.variance)
        follow = np.zeros(d.n_pairs)
        if self.taken.any():
            own = rng.standard_normal(d.n_pairs) * np.sqrt(self.halo)
            follow = self.taken * (own - add_up(d.pair, d.n_pairs, noise))
        large = d.large.T @ noise + on_large.T @ follow
        rest = d.rest.T @ noise + on_rest.T @ follow
        large = large + rng.standard_normal(len(large)) * np.sqrt(self.prior_large)
        return large, rest + rng.standard_normal(len(rest)) * np.sqrt(self.prior_rest)

    def log_determinant(self) -> float:
        """Of H, halos included; NaN where the Schur complement is not factored."""
        if not self.is_dense:
            return float("nan")
        schur = 2 * float(np.log(np.diag(self._factor)).sum()) if self.design.rest.shape[1] else 0.0
        halos = -float(np.log(self.taken).sum()) if self.taken.any() else 0.0
        return schur - float(np.log(self.inverse).sum()) + halos


def _row_dots(rows: csr_array, dense: Floats, at: Codes | None = None) -> Floats:
    """Product of every sparse row with a row of a dense matrix: its own, or the one named."""
    number = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    line = number if at is None else at[number]
    return add_up(number, rows.shape[0], rows.data * dense[line, rows.indices])


def _quadratic(rows: csr_array, covariance: Floats) -> Floats:
    """``a' S a`` for every sparse row a, from selected entries of S where all rows are equally long."""
    lengths = np.diff(rows.indptr)
    width = int(lengths.max(initial=0))
    if (lengths != width).any():
        return _row_dots(rows, rows @ covariance)
    columns = rows.indices.reshape(-1, width)
    values = rows.data.reshape(-1, width)
    found = np.zeros(rows.shape[0])
    for i in range(width):
        for j in range(width):
            found += values[:, i] * values[:, j] * covariance[columns[:, i], columns[:, j]]
    return found
