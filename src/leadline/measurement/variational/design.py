"""Which locations each combination of elements adds up, as sparse matrices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leadline.measurement.kernels.arrays import Floats
from leadline.measurement.kernels.cells import combined_key
from leadline.measurement.kernels.system import System


@dataclass(frozen=True, eq=False)
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
    pair : array of int, shape (C,)
    n_pairs : int
    """

    large: csr_array
    rest: csr_array
    eliminated: int
    sizes: tuple[int, ...]
    signs: tuple[float, ...]
    pair: NDArray[np.int64]
    n_pairs: int

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


def design_of(system: System, person_facets: tuple[int, ...]) -> Design:
    """Design of a system.

    Parameters
    ----------
    system : System
    person_facets : tuple of int
        Numbers of the facets ratee and, if there is one, rater. The larger is eliminated.

    Returns
    -------
    Design
    """
    index = system.index if system.start is None else tuple(at[system.start] for at in system.index)
    n = len(index[0])
    eliminated = max(person_facets, key=lambda f: system.sizes[f])
    row = np.arange(n + 1)
    large = csr_array(
        (np.full(n, system.sign[eliminated]), index[eliminated].astype(np.int64), row),
        shape=(n, system.sizes[eliminated]),
    )
    others = [f for f in range(len(index)) if f != eliminated]
    offsets = np.cumsum([0, *(system.sizes[f] for f in others)])
    columns = [index[f].astype(np.int64) + offset for f, offset in zip(others, offsets, strict=False)]
    signs = [np.full(n, system.sign[f]) for f in others]
    rest = csr_array(
        (
            np.stack(signs, axis=1).ravel() if others else np.empty(0),
            np.stack(columns, axis=1).ravel() if others else np.empty(0, np.int64),
            row * len(others),
        ),
        shape=(n, int(offsets[-1])),
    )
    key = combined_key([index[f] for f in person_facets], [system.sizes[f] for f in person_facets])
    distinct, pair = np.unique(key, return_inverse=True)
    return Design(large, rest, eliminated, system.sizes, system.sign, pair.astype(np.int64), len(distinct))
