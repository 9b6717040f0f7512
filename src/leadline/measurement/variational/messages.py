r"""What each ratee's rows tell of raters and relationships: one normal message a ratee.

Given the others, a ratee's rows reach raters only through the ratee's own dimensions and halos. With
these eliminated, what is left of them is a quadratic in the raters x around where the search ended,

.. math:: -\tfrac12 (x - \hat x)' S_p (x - \hat x) + f_p' (x - \hat x), \qquad
   S_p = A_x' V A_x - A_x' V A_o (A_o' V A_o + \Lambda)^{-1} A_o' V A_x, \quad f_p = A_x' g

with g and V slope and curvature of the averaged log-likelihood of each row and :math:`\Lambda` the prior
precision of dimensions and halos. The posterior precision of x is the prior's plus all :math:`S_p`, so a
message can be taken out again when its ratee is measured anew: nothing is counted twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.linalg import block_diag
from scipy.sparse import csr_array, hstack

from leadline.measurement.kernels.arrays import Codes, Flags, Floats
from leadline.measurement.variational.common_posterior import CommonPosterior
from leadline.measurement.variational.design import Design
from leadline.measurement.variational.optimise import averaged_at
from leadline.measurement.variational.rows import block_of


class OwnRows(NamedTuple):
    """Rows of one ratee and what each adds up: dimensions (W), halos (Q), then others (B).

    ``rows`` (N,) are numbers of combinations, ``others`` (B,) of locations beside the ratees';
    ``columns`` has shape (N, W + Q + B).
    """

    rows: Codes
    columns: Floats
    others: Codes


class Message(NamedTuple):
    """What a ratee told of B locations: ``others`` (B,), ``precision`` (B, B), ``force`` (B,)."""

    others: Codes
    precision: Floats
    force: Floats


@dataclass(frozen=True, eq=False, kw_only=True)
class Messages:
    """Messages of P ratees, one after the other.

    Attributes
    ----------
    ratees : tuple of str
    start : array of int, shape (P+1,)
        Where each message begins in ``index`` and ``force``.
    index : array of int, shape (E,)
        Places among the locations beside the ratees'.
    force : array, shape (E,)
    triangle : array, shape (T,)
        Lower triangles of the precisions, row by row.
    """

    ratees: tuple[str, ...]
    start: Codes
    index: Codes
    force: Floats
    triangle: Floats

    @cached_property
    def _places(self) -> dict[str, tuple[int, int, int]]:
        sizes = np.diff(self.start)
        triangles = np.concatenate([[0], np.cumsum(sizes * (sizes + 1) // 2)])
        return {
            name: (int(self.start[n]), int(self.start[n + 1]), int(triangles[n]))
            for n, name in enumerate(self.ratees)
        }

    def of(self, ratee: str) -> Message:
        """The message of a ratee; empty for one who had no rows."""
        begin, end, triangle = self._places.get(ratee, (0, 0, 0))
        n = end - begin
        precision = np.zeros((n, n))
        low = np.tril_indices(n)
        precision[low] = self.triangle[triangle : triangle + len(low[0])]
        precision = precision + np.tril(precision, -1).T
        return Message(self.index[begin:end], precision, self.force[begin:end])

    def precision(self, prior: Floats) -> csr_array:
        """Posterior precision of all locations, given their prior precision (M,), shape (M, M)."""
        each = [self.of(ratee) for ratee in self.ratees]
        line = [np.arange(len(prior)), *(np.repeat(one.others, len(one.others)) for one in each)]
        across = [np.arange(len(prior)), *(np.tile(one.others, len(one.others)) for one in each)]
        values = np.concatenate([prior, *(one.precision.ravel() for one in each)])
        places = (np.concatenate(line), np.concatenate(across))
        return csr_array((values, places), shape=(len(prior), len(prior)))


def own_rows(design: Design, kept: Flags, *, halo: bool) -> Iterator[OwnRows]:
    """Rows ratee by ratee.

    Parameters
    ----------
    design : Design
        Ratees are its first facet.
    kept : bool array, shape (M,)
        Locations beside the ratees' that count; numbers in ``others`` count them alone.
    halo : bool
        Whether pairs have a halo.

    Yields
    ------
    OwnRows
        For every ratee, one without rows included.
    """
    own, others = _by_facet(design)
    others = csr_array(others[:, np.flatnonzero(kept)])
    pairs = design.members if halo else csr_array((len(design.pair), 0))
    near = block_of(own, design.width)
    order = np.argsort(near, kind="stable")
    own, others, pairs = own[order], others[order], csr_array(-pairs[order])
    n_ratees = own.shape[1] // design.width
    cuts = np.searchsorted(near[order], np.arange(n_ratees + 1))
    for p, (begin, end) in enumerate(zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True)):
        some = slice(begin, end)
        mine = np.zeros((end - begin, design.width))
        touched, values = _dense(own, some)
        mine[:, touched - p * design.width] = values
        _, halos = _dense(pairs, some)
        index, rest = _dense(others, some)
        yield OwnRows(order[some], np.hstack([mine, halos, rest]), index)


def message(own: OwnRows, prior: Floats, variance: Floats, gap: Floats) -> Message:
    """What a ratee's rows tell of others.

    Parameters
    ----------
    own : OwnRows
    prior : array, shape (W + Q, W + Q)
        Prior precision of dimensions and halos.
    variance, gap : array, shape (N,)
        Curvature and slope of each row.

    Returns
    -------
    Message
    """
    n = len(prior)
    whole = own.columns.T @ (variance[:, None] * own.columns)
    across = whole[:n, n:]
    precision = whole[n:, n:] - across.T @ np.linalg.solve(whole[:n, :n] + prior, across)
    return Message(own.others, (precision + precision.T) / 2, own.columns[:, n:].T @ gap)


def prior_of_own(prior: Floats, n_halos: int, halo: float) -> Floats:
    """Prior precision of a ratee's dimensions (W, W) and halos, shape (W + Q, W + Q)."""
    return np.asarray(block_diag(prior, np.eye(n_halos) / halo)) if n_halos else prior


def messages_of(common: CommonPosterior, kept: Flags) -> Messages:
    """Messages of all ratees at the point where a search ended.

    Parameters
    ----------
    common : CommonPosterior
    kept : bool array, shape (M,)
        Locations beside the ratees', facet by facet, that are not anchored.

    Returns
    -------
    Messages
    """
    state, design = common.found.state, common.found.posterior.design
    found = averaged_at(design, state)
    prior = np.asarray(np.linalg.inv(state.prior.covariance))
    each = []
    for own in own_rows(design, kept, halo=state.prior.halo > 0):
        n_halos = own.columns.shape[1] - design.width - len(own.others)
        whole = prior_of_own(prior, n_halos, state.prior.halo)
        each.append(message(own, whole, found.variance[own.rows], found.gap[own.rows]))
    nothing = np.empty(0)
    return Messages(
        ratees=common.ratees,
        start=np.cumsum([0, *(len(one.others) for one in each)]),
        index=np.concatenate([nothing.astype(np.int64), *(one.others for one in each)]),
        force=np.concatenate([nothing, *(one.force for one in each)]),
        triangle=np.concatenate(
            [nothing, *(one.precision[np.tril_indices(len(one.others))] for one in each)]
        ),
    )


def _by_facet(design: Design) -> tuple[csr_array, csr_array]:
    """Columns of the ratees, and those of all other facets in order."""
    ends = np.cumsum([n for f, n in enumerate(design.sizes) if f != design.eliminated])
    starts = iter([0, *ends.tolist()])
    sizes = iter(ends.tolist())
    parts = [
        design.large if f == design.eliminated else csr_array(design.rest[:, next(starts) : next(sizes)])
        for f in range(len(design.sizes))
    ]
    none = csr_array((design.large.shape[0], 0))
    return parts[design.ratee], csr_array(hstack([*parts[1:], none], format="csr"))


def _dense(matrix: csr_array, some: slice) -> tuple[Codes, Floats]:
    """Columns that some rows have entries in, and these columns, shape (n, B)."""
    begin, end = matrix.indptr[some.start], matrix.indptr[some.stop]
    columns, place = np.unique(matrix.indices[begin:end], return_inverse=True)
    lengths = np.diff(matrix.indptr[some.start : some.stop + 1])
    found = np.zeros((len(lengths), len(columns)))
    found[np.repeat(np.arange(len(lengths)), lengths), place] = matrix.data[begin:end]
    return columns.astype(np.int64), found
