r"""The Gaussian posterior of all locations, one facet eliminated.

Its precision is :math:`H = D + A' V A` less what a halo takes up; with the larger facet L eliminated
(its block :math:`H_L` is diagonal, or block-diagonal over the dimensions of a ratee) the rest M has the
Schur complement
:math:`S = H_M - W' H_L^{-1} W`. Then, with :math:`U = H_L^{-1} W`,

.. math:: \operatorname{Var}(x_M) = S^{-1}, \quad
   \operatorname{Var}(x_L) = H_L^{-1} + U S^{-1} U', \quad
   \operatorname{Cov}(x_L, x_M) = -U S^{-1}.

The second term of :math:`\operatorname{Var}(x_L)` is the raters' share of a ratee's error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve, lapack, solve_triangular
from scipy.sparse import csr_array, diags_array, vstack

from leadline.measurement.kernels.arrays import Codes, Floats, add_up, random_signs
from leadline.measurement.kernels.elimination import ACCURACY, conjugate_gradients
from leadline.measurement.kernels.threads import cuts, in_order
from leadline.measurement.variational.blocks import Blocks, blocks_in
from leadline.measurement.variational.design import Design
from leadline.measurement.variational.inner import Inner, entries_of, gram, inner, own_products
from leadline.measurement.variational.rows import block_of, crossed, products, quadratic, sandwich

DENSE = 2500
"""Up to as many locations beside the eliminated facet the Schur complement is factored (S³/3 flops)."""

EXACT = 1e-8
"""Relative accuracy of solutions that are subtracted from one another."""

DRAWS = 64
"""Draws where the Schur complement is not factored."""

_BLOCK = 1 << 16
_STRIP = 256
_AT_ONCE = 8
_ROWS = 1 << 14


class Variances(NamedTuple):
    """Posterior variances.

    Attributes
    ----------
    blocks : array, shape (n, B, B)
        Of the eliminated facet.
    rest : array, shape (M,)
    location : array, shape (C,)
        Of every combination's location, its halo included.
    pairs : array, shape (Q,)
        Of the sum of every pair's locations, each weighted by its rating variance, without the halo.
    """

    blocks: Floats
    rest: Floats
    location: Floats
    pairs: Floats

    @property
    def large(self) -> Floats:
        """Of the eliminated facet, shape (L,)."""
        return Blocks(self.blocks).diagonal()


@dataclass(frozen=True, eq=False)
class Posterior:
    """Precision of the locations at given weights.

    Attributes
    ----------
    design : Design
    variance : array, shape (C,)
        Averaged rating variance of every combination.
    prior_large : array, shape (n, B, B)
        Prior precision of the eliminated facet, by block.
    prior_rest : array, shape (M,)
        Prior precision of every other location.
    halo : float
        Prior precision of a halo; ``inf`` where there is none.
    n_draws : int
        From which variances are estimated where they are not exact; a multiple of 8.
    """

    design: Design
    variance: Floats
    prior_large: Floats
    prior_rest: Floats
    halo: float
    n_draws: int = DRAWS

    @cached_property
    def absorbed(self) -> Floats:
        """Inverse precision of every pair's halo given the locations, shape (Q,)."""
        if np.isinf(self.halo):
            return np.zeros(self.design.n_pairs)
        return 1.0 / (self.design.by_pair(self.variance) + self.halo)

    @cached_property
    def _on_pairs(self) -> tuple[csr_array, csr_array]:
        """Sums of V A over the combinations of each pair, (Q, L) and (Q, M)."""
        large, rest = self.design.by_pairs
        return large.times(self.variance), rest.times(self.variance)

    @cached_property
    def _kept(self) -> Floats:
        """Weight of each combination, less what its halo takes where it is the only one of its pair."""
        if not (self.design.each_alone and self.absorbed.any()):
            return self.variance
        return self.variance * (1 - self.design.of_pairs(self.absorbed) * self.variance)

    @property
    def _is_shared(self) -> bool:
        """Whether a halo ties several combinations together."""
        return not self.design.each_alone and bool(self.absorbed.any())

    @cached_property
    def inverse(self) -> Blocks:
        """Inverse of the eliminated facet's diagonal blocks."""
        d = self.design
        found = self.prior_large + blocks_in(d.within.times(self._kept), d.block)
        if self._is_shared:
            on_large, _ = self._on_pairs
            found = found - blocks_in(
                csr_array(on_large.T @ (diags_array(self.absorbed) @ on_large)), d.block
            )
        return Blocks(found).inverse()

    @cached_property
    def _pull(self) -> csr_array:
        """W', block of H between the rest and the eliminated facet, shape (L, M)."""
        w = self.design.across.times(self._kept)
        if self._is_shared:
            on_large, on_rest = self._on_pairs
            w = csr_array(w - on_large.T @ (diags_array(self.absorbed) @ on_rest))
            w.sort_indices()
        return w

    @cached_property
    def coupling(self) -> csr_array:
        """U, shape (L, M)."""
        if self.design.block == 1:
            w = self._pull
            each = np.repeat(self.inverse.values[:, 0, 0], np.diff(w.indptr))
            return csr_array((each * w.data, w.indices, w.indptr), shape=w.shape)
        return csr_array(self.inverse.sparse() @ self._pull)

    @cached_property
    def _rest_block(self) -> csr_array:
        block = self.design.among.times(self._kept, self.prior_rest)
        if self._is_shared:
            _, on_rest = self._on_pairs
            block = csr_array(block - on_rest.T @ (diags_array(self.absorbed) @ on_rest))
        return block

    @cached_property
    def factor(self) -> Floats:
        """Lower Cholesky factor of the Schur complement."""
        pairs, width = self._pairs, self.design.rest.shape[1]
        if pairs is None:
            schur = (self._rest_block - self.coupling.T @ self._pull).toarray(order="F")
        else:
            schur = self._rest_block.toarray() - gram(pairs, self.coupling.data, self._pull.data, width)
        factor: Floats = cho_factor(schur, lower=True, overwrite_a=True, check_finite=False)[0]
        return factor

    @cached_property
    def _pairs(self) -> Inner | None:
        """Entries of the coupling's rows two by two, where that is a short cut."""
        return inner(self._pull) if self.design.block == 1 else None

    @property
    def is_dense(self) -> bool:
        """Whether the Schur complement is factored; otherwise it is only ever multiplied with."""
        return self.design.rest.shape[1] <= DENSE

    def solve(self, large: Floats, rest: Floats, accuracy: float = ACCURACY) -> tuple[Floats, Floats]:
        """``H x = (large, rest)``, exactly or to a relative accuracy."""
        right = rest - self.coupling.T @ large
        if right.size == 0:
            return self.inverse.times(large), right
        x: Floats
        if self.is_dense:
            x = cho_solve((self.factor, True), right, check_finite=False)
        else:
            x = self._settled(right, accuracy)
        return self.inverse.times(large) - self.coupling @ x, x

    def _settled(self, right: Floats, accuracy: float = ACCURACY) -> Floats:
        """Schur complement's solution for one right side (M,) or several (M, k)."""
        diagonal = self._rest_block.diagonal().reshape(-1, *(1,) * (right.ndim - 1))
        return conjugate_gradients(self._schur_product, right, lambda y: y / diagonal, accuracy)

    def _schur_product(self, x: Floats) -> Floats:
        return np.asarray(self._rest_block @ x - self.coupling.T @ (self._pull @ x))

    def _rest_covariance(self) -> Floats:
        # Written over the factor, which is made again should anything ask for it: two of them, or a
        # copy of a triangle, were the most memory of a fit.
        factor = self.factor
        vars(self).pop("factor")
        covariance: Floats = lapack.dpotri(factor, lower=1, overwrite_c=1)[0]
        for one in cuts(len(covariance), _STRIP):
            corner = np.tril(covariance[one, one])
            covariance[one, one] = corner + np.tril(corner, -1).T
            covariance[one, one.stop :] = covariance[one.stop :, one].T
        return covariance.T  # the same, its rows one after the other in memory

    @cached_property
    def _rooted(self) -> tuple[csr_array, csr_array, csr_array]:
        """What unit noise of the combinations does to the eliminated facet, the rest and the pairs."""
        d = self.design
        root = diags_array(np.sqrt(self._kept if d.each_alone else self.variance))
        pairs = d.members if self._is_shared else csr_array((len(self.variance), 0))
        large, rest, of_pairs = (csr_array((root @ each).T) for each in (d.large, d.rest, pairs))
        return large, rest, of_pairs

    @cached_property
    def _columns(self) -> Floats:
        """Columns whose products add up to nearly the covariance of the rest, shape (M, n_draws + k).

        Exactly so for what a whole facet shares, since that enters every ratee's error; what is left is
        estimated from draws, fixed so that iterations settle. Signs serve as well as normal noise, and
        leave less error (Hutchinson 1990).
        """
        levels = self.design.levels
        known = self._settled(levels, EXACT)
        root = np.linalg.cholesky(levels.T @ known)
        parts = in_order(self._drawn, range(self.n_draws // _AT_ONCE))
        drawn = np.hstack(list(parts)) / np.sqrt(self.n_draws)
        exact = solve_triangular(root, known.T, lower=True).T
        drawn -= exact @ solve_triangular(root, levels.T @ drawn, lower=True)
        columns: Floats = np.hstack([drawn, exact])
        return columns

    def _drawn(self, seed: int) -> Floats:
        """Draws of the rest, shape (M, 8)."""
        rng = np.random.default_rng(seed)
        large, rest = self._perturbation(lambda n: random_signs(rng, (n, _AT_ONCE)))
        return self._settled(rest - self.coupling.T @ large)

    def variances(self) -> Variances:
        """Posterior variances.

        Exact where dense; otherwise the shares of other facets come from draws (64 leave an error of
        18 % of that share), but for what whole facets share, which is exact.
        """
        d, n = self.design, len(self.variance)
        each_alone = d.each_alone
        large, rest = self._followed()
        if not each_alone:
            large, rest = vstack([large, self._on_pairs[0]]), vstack([rest, self._on_pairs[1]])
        own, rest, sums = csr_array(large), csr_array(rest), np.zeros(large.shape[0])
        blocks, of_rest = self.inverse.values, np.empty(0)
        if d.rest.shape[1] > 0:
            share = self._exact if self.is_dense else self._sampled
            shared, of_rest = share(own, rest, sums)
            blocks = blocks + shared
        sums += sandwich(own, Blocks(blocks) if self.is_dense else self.inverse)
        location = sums[:n] + d.of_pairs(self.absorbed)
        if not each_alone:
            return Variances(blocks, of_rest, location, sums[n:])
        # The halo follows V of its one location, which keeps 1 - V taken of its own movement.
        kept = 1 - d.of_pairs(self.absorbed) * self.variance
        pairs = np.empty(n)
        pairs[d.pair] = sums * (self.variance / kept) ** 2
        return Variances(blocks, of_rest, location, pairs)

    def _followed(self) -> tuple[csr_array, csr_array]:
        """Rows of A less what the halo follows."""
        d = self.design
        large, rest = d.large, d.rest
        if self.absorbed.any():
            judged = d.pair < d.n_pairs
            follow = diags_array(d.of_pairs(self.absorbed))
            at = np.where(judged, d.pair, 0)
            large, rest = (
                csr_array(rows - follow @ on[at])
                for rows, on in zip((large, rest), self._on_pairs, strict=True)
            )
        return large, rest

    def _exact(self, own: csr_array, rest: csr_array, sums: Floats) -> tuple[Floats, Floats]:
        """The other facets' share in the covariance of each block, and variances of the rest.

        ``sums`` gets their share in each row, but for that through its own block.
        """
        u, covariance, width = self.coupling, self._rest_covariance(), self.design.block
        near = block_of(own, width)
        if self._pairs is not None:
            line = np.repeat(near, np.diff(rest.indptr))
            places = entries_of(self._pairs, line, rest.indices, u.shape[1])
            if places is not None:
                return self._exact_inside(self._pairs, own, rest, sums, places)
        order = np.argsort(near, kind="stable")
        near = near[order]

        def of_blocks(some: slice) -> Floats:
            begin, end = some.start * width, some.stop * width
            lines = u[begin:end]
            product = lines @ covariance
            rows = order[slice(*np.searchsorted(near, (some.start, some.stop)))]
            sums[rows] -= 2 * crossed(own, rest, rows, product, begin)
            return products(lines, product, width)

        step = max(1, _BLOCK // (covariance.shape[0] * width))
        shared = np.concatenate(list(in_order(of_blocks, cuts(len(self.inverse.values), step))))
        sums += quadratic(rest, covariance)
        return shared, np.diag(covariance).copy()

    def _exact_inside(
        self, pairs: Inner, own: csr_array, rest: csr_array, sums: Floats, places: Codes
    ) -> tuple[Floats, Floats]:
        """The same where all that is wanted lies at entries of the coupling."""
        u, covariance = self.coupling, self._rest_covariance()
        product = own_products(pairs, u.data, covariance)
        shared = add_up(pairs.row, u.shape[0], u.data * product)
        line = np.repeat(np.arange(rest.shape[0]), np.diff(rest.indptr))
        across = add_up(line, rest.shape[0], rest.data * product[places])
        sums += quadratic(rest, covariance) - 2 * np.asarray(own.sum(axis=1)).ravel() * across
        return shared[:, None, None], np.diag(covariance).copy()

    def _sampled(self, own: csr_array, rest: csr_array, sums: Floats) -> tuple[Floats, Floats]:
        """The same from columns; ``sums`` gets the whole share of the other facets."""
        columns = self._columns
        pulled: Floats = self.coupling @ columns
        parts = pulled.reshape(-1, self.design.block, columns.shape[1])

        def squares(rows: slice) -> Floats:
            return _squared(rest[rows] @ columns - own[rows] @ pulled)

        sums += np.concatenate(list(in_order(squares, cuts(len(sums), _ROWS))))
        return parts @ parts.transpose(0, 2, 1), self._rest_variance_sampled(columns)

    def _rest_variance_sampled(self, columns: Floats) -> Floats:
        """Rao-Blackwell: variance given the neighbours, exact, plus that of the conditional mean.

        A small facet's own variances are exact without it.
        """
        both = np.asarray(self.coupling.multiply(self._pull).sum(axis=0)).ravel()
        diagonal = self._rest_block.diagonal() - both

        def squares(few: slice) -> Floats:
            some = columns[:, few]
            return _squared(some - self._schur_product(some) / diagonal[:, None])

        found: Floats = sum(in_order(squares, cuts(columns.shape[1], _AT_ONCE)), 1 / diagonal)
        rater_free = (self.design.levels == 1.0).any(axis=1)
        found[rater_free] = (columns[rater_free] ** 2).sum(axis=1)
        return found

    def draws(self, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Joint posterior draws around the mean: eliminated facet (n, L), rest (n, M)."""
        large_n, rest_n = self.design.large.shape[1], self.design.rest.shape[1]
        if rest_n == 0:
            return self.inverse.root.times(rng.standard_normal((n, large_n))), np.empty((n, 0))
        if self.is_dense:
            x = solve_triangular(self.factor, rng.standard_normal((rest_n, n)), lower=True, trans="T").T
            noise = self.inverse.root.times(rng.standard_normal((n, large_n)))
            return noise - (self.coupling @ x.T).T, x
        parts = [self._perturbation(rng.standard_normal) for _ in range(n)]
        large, rest = np.stack([one for one, _ in parts]), np.stack([other for _, other in parts], axis=1)
        x = self._settled(rest - self.coupling.T @ large.T)
        return self.inverse.times(large) - (self.coupling @ x).T, x.T

    def _perturbation(self, noise: Callable[[int], Floats]) -> tuple[Floats, Floats]:
        """A draw of covariance H from unit noise, one or several at a time (Papandreou and Yuille 2010)."""
        d = self.design
        drawn = noise(len(self.variance))
        large, rest, of_pairs = (each @ drawn for each in self._rooted)
        if self._is_shared:
            on_large, on_rest = self._on_pairs
            own = np.sqrt(self.halo) * noise(d.n_pairs)
            follow = (self.absorbed * (own - of_pairs).T).T
            large, rest = large + on_large.T @ follow, rest + on_rest.T @ follow
        large = large + Blocks(self.prior_large).root.times(noise(len(large)).T).T
        return large, rest + (np.sqrt(self.prior_rest) * noise(len(rest)).T).T

    def log_determinant(self) -> float:
        """Of H, halos included; NaN where the Schur complement is not factored."""
        if not self.is_dense:
            return float("nan")
        schur = 2 * float(np.log(np.diag(self.factor)).sum()) if self.design.rest.shape[1] else 0.0
        halos = -float(np.log(self.absorbed).sum()) if self.absorbed.any() else 0.0
        return schur - self.inverse.log_determinant() + halos


def _squared(rows: Floats) -> Floats:
    return np.asarray(np.einsum("cd,cd->c", rows, rows))
