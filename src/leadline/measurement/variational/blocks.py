"""Block-diagonal symmetric matrices: what is known of each ratee's dimensions, given everybody else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import bsr_array, csr_array, diags_array

from leadline.measurement.kernels.arrays import Floats


@dataclass(frozen=True, eq=False)
class Blocks:
    """n blocks of B rows and columns each.

    Attributes
    ----------
    values : array, shape (n, B, B)

    Examples
    --------
    >>> two = Blocks(np.array([[[2.0, 1.0], [1.0, 1.0]], [[4.0, 0.0], [0.0, 1.0]]]))
    >>> two.times(np.array([1.0, 0.0, 1.0, 1.0]))
    array([2., 1., 4., 1.])
    """

    values: Floats

    @property
    def width(self) -> int:
        """B."""
        return int(self.values.shape[1])

    def times(self, x: Floats) -> Floats:
        """Product with vectors, shape (..., n B)."""
        if self.width == 1:
            return self.values[:, 0, 0] * x
        parts = x.reshape(*x.shape[:-1], -1, self.width)
        product: Floats = np.einsum("nij,...nj->...ni", self.values, parts).reshape(x.shape)
        return product

    def diagonal(self) -> Floats:
        """Diagonal, shape (n B,)."""
        diagonal: Floats = np.einsum("nii->ni", self.values).ravel()
        return diagonal

    def inverse(self) -> Blocks:
        """The inverse, in blocks too."""
        return Blocks(np.asarray(1 / self.values if self.width == 1 else np.linalg.inv(self.values)))

    def sparse(self) -> csr_array:
        """The whole matrix, shape (n B, n B)."""
        if self.width == 1:
            return csr_array(diags_array(self.values[:, 0, 0]))
        n = len(self.values)
        size = n * self.width
        return csr_array(bsr_array((self.values, np.arange(n), np.arange(n + 1)), shape=(size, size)))

    def log_determinant(self) -> float:
        """Logarithm of the determinant."""
        return float(np.linalg.slogdet(self.values)[1].sum())

    @cached_property
    def root(self) -> Blocks:
        """Lower triangular L with ``L L'`` the matrix, so that L z has it as covariance."""
        return Blocks(
            np.asarray(np.sqrt(self.values) if self.width == 1 else np.linalg.cholesky(self.values))
        )


def blocks_in(product: csr_array, width: int) -> Floats:
    """The blocks on the diagonal of a matrix that has no other entries, shape (n, B, B)."""
    line = np.repeat(np.arange(product.shape[0]), np.diff(product.indptr))
    values = np.zeros((product.shape[0] // width, width, width))
    values[line // width, line % width, product.indices % width] = product.data
    return values
