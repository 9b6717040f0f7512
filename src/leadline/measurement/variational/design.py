"""Which locations each combination of elements adds up, as sparse matrices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import block_diag
from scipy.sparse import csr_array

from leadline.measurement.kernels.arrays import Codes, Floats
from leadline.measurement.kernels.cells import combined_key
from leadline.measurement.variational.crossing import Crossing, crossing

_FEW = 16


@dataclass(frozen=True, eq=False, kw_only=True)
class Design:
    """C combinations of elements of A facets; Q pairs of a ratee and a rater share a halo.

    Attributes
    ----------
    large : csr array, shape (C, L)
        Signs of the elements of the facet that is eliminated.
    rest : csr array, shape (C, M)
        Signs of the elements of all other facets, in the order of facets.
    eliminated : int
        Number of the facet that is eliminated.
    sizes : tuple of int
        Elements of each facet.
    signs : tuple of float
    ratee : int
        Number of the facet whose elements are the ratees' dimensions.
    width : int
        Dimensions of a ratee: elements of the ratee facet come ratee by ratee. The ratees are
        eliminated where there are several.
    pair : array of int, shape (C,)
        ``n_pairs`` where nobody judged, as in an exam.
    n_pairs : int
    """

    large: csr_array
    rest: csr_array
    eliminated: int
    sizes: tuple[int, ...]
    signs: tuple[float, ...]
    ratee: int
    width: int
    pair: NDArray[np.int64]
    n_pairs: int

    @property
    def block(self) -> int:
        """Rows of a diagonal block of the eliminated facet."""
        return self.width if self.eliminated == self.ratee else 1

    @property
    def each_alone(self) -> bool:
        """Whether every pair has one combination, so that its halo is a matter of that one's weight."""
        return self.n_pairs == len(self.pair)

    @cached_property
    def across(self) -> Crossing:
        """Products of the eliminated facet with the rest."""
        return crossing(self.large, self.rest)

    @cached_property
    def among(self) -> Crossing:
        """Products of the rest with itself."""
        return crossing(self.rest, self.rest, diagonal=True)

    @cached_property
    def within(self) -> Crossing:
        """Products of the eliminated facet with itself."""
        return crossing(self.large, self.large)

    @cached_property
    def by_pairs(self) -> tuple[Crossing, Crossing]:
        """Sums over the combinations of each pair, of the eliminated facet and of the rest."""
        return crossing(self.members, self.large), crossing(self.members, self.rest)

    @cached_property
    def levels(self) -> Floats:
        """What a whole facet beside the eliminated shares: each location of a small one, or its mean."""
        sizes = [n for f, n in enumerate(self.sizes) if f != self.eliminated]
        found: Floats = block_diag(*(np.eye(n) if n <= _FEW else np.full((n, 1), 1 / n) for n in sizes))
        return found

    @cached_property
    def members(self) -> csr_array:
        """1 where a combination belongs to a pair, shape (C, Q)."""
        judged = self.pair < self.n_pairs
        start = np.append(0, np.cumsum(judged))
        ones = np.ones(int(start[-1]))
        return csr_array((ones, self.pair[judged], start), shape=(len(self.pair), self.n_pairs))

    def split(self, by_facet: list[Floats]) -> tuple[Floats, Floats]:
        """Values of the eliminated facet, and of all others one after the other."""
        others = [each for f, each in enumerate(by_facet) if f != self.eliminated]
        return by_facet[self.eliminated], np.concatenate([*others, np.empty(0)])

    def joined(self, large: Floats, rest: Floats) -> list[Floats]:
        """Values by facet: the inverse of `split`, on the last axis."""
        sizes = [n for f, n in enumerate(self.sizes) if f != self.eliminated]
        parts = np.split(rest, np.cumsum(sizes)[:-1], axis=-1) if sizes else []
        parts.insert(self.eliminated, large)
        return parts

    def location(self, by_facet: list[Floats]) -> Floats:
        """Sum of signed locations of every combination, shape (C,)."""
        large, rest = self.split(by_facet)
        return np.asarray(self.large @ large + self.rest @ rest)

    def of_pairs(self, values: Floats) -> Floats:
        """Values of pairs (Q,) or (Q, k) given to their combinations, 0 where nobody judged."""
        return np.asarray(self.members @ values)

    def by_pair(self, values: Floats) -> Floats:
        """Values of combinations (C,) or (C, k) added up by pair, shape (Q,) or (Q, k)."""
        return np.asarray(self.members.T @ values)


def design_of(
    index: Sequence[Codes],
    sizes: Sequence[int],
    signs: Sequence[float],
    *,
    ratee: int,
    rater: int | None,
    width: int = 1,
) -> Design:
    """Design from the elements of every combination.

    Parameters
    ----------
    index : sequence of A int arrays, shape (C,) or (C, k)
        Elements of each facet that a combination adds up; -1 for none.
    sizes : sequence of A int
    signs : sequence of A float
    ratee : int
        Number of the ratee facet.
    rater : int or None
    width : int
        Dimensions of a ratee.

    Returns
    -------
    Design
        The ratees are eliminated where they have several dimensions or are no fewer than the raters.

    Examples
    --------
    >>> design = design_of([np.array([0, 1]), np.array([0, 0])], [2, 1], [1.0, -1.0], ratee=0, rater=1)
    >>> design.location([np.array([2.0, 3.0]), np.array([0.5])])
    array([1.5, 2.5])
    """
    columns = [np.asarray(each).reshape(len(each), -1) for each in index]
    by_raters = rater is not None and width == 1 and sizes[rater] > sizes[ratee]
    eliminated = rater if rater is not None and by_raters else ratee
    others = [f for f in range(len(columns)) if f != eliminated]
    n = len(columns[0])
    pair, n_pairs = np.full(n, 0, dtype=np.int64), 0
    if rater is not None:
        judged = columns[rater][:, 0] >= 0
        people = [columns[ratee][judged, 0] // width, columns[rater][judged, 0]]
        key = combined_key(people, [sizes[ratee] // width, sizes[rater]])
        distinct, found = np.unique(key, return_inverse=True)
        n_pairs = len(distinct)
        pair = np.full(n, n_pairs, dtype=np.int64)
        pair[judged] = found
    return Design(
        large=_signed([columns[eliminated]], [sizes[eliminated]], [signs[eliminated]]),
        rest=_signed([columns[f] for f in others], [sizes[f] for f in others], [signs[f] for f in others], n),
        eliminated=eliminated,
        sizes=tuple(sizes),
        signs=tuple(signs),
        ratee=ratee,
        width=width,
        pair=pair,
        n_pairs=n_pairs,
    )


def _signed(columns: list[Codes], sizes: list[int], signs: list[float], n: int = 0) -> csr_array:
    """Matrix with a sign where a combination has an element, facets side by side."""
    if not columns:
        return csr_array((n, 0))
    offsets = np.cumsum([0, *sizes])
    at = np.hstack([np.where(c >= 0, c + offset, -1) for c, offset in zip(columns, offsets, strict=False)])
    sign = np.concatenate([np.full(c.shape[1], s) for c, s in zip(columns, signs, strict=True)])
    present = at >= 0
    start = np.concatenate([[0], present.sum(axis=1).cumsum()])
    values = np.broadcast_to(sign, at.shape)[present]
    return csr_array(
        (values, at[present].astype(np.int32), start.astype(np.int32)), shape=(len(at), int(offsets[-1]))
    )
