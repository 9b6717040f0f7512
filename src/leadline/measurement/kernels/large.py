"""When ratings are so many that compiled kernels are worth loading."""

from __future__ import annotations

from importlib import import_module
from threading import Thread
from types import ModuleType
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from leadline.measurement.kernels.arrays import Codes, Floats

Kind = TypeVar("Kind", bound=np.generic)

MANY = 100_000
"""From as many ratings on the compiler is loaded, half a second; what it compiled is kept on disk."""


_KERNELS = "leadline.measurement.kernels.compiled"


def compiled(n: int) -> ModuleType | None:
    """The compiled kernels for n ratings; None where numpy is done before they are loaded."""
    return import_module(_KERNELS) if n >= MANY else None


def load_ahead() -> None:
    """Load the compiled kernels beside what is done meanwhile; whoever needs them first waits."""

    def load() -> None:
        # The first call loads the compiler's own tables as well, a fifth of a second.
        rows = np.zeros(0, dtype=np.uint32)
        import_module(_KERNELS).sort_by(np.zeros(0, dtype=np.int32), 1, rows, rows)

    Thread(target=load, name="kernels").start()


def strided(weight: Floats) -> tuple[Floats, int]:
    """Weights as the compiled kernels take them: a single 1.0 for ratings that all count once.

    Examples
    --------
    >>> strided(np.broadcast_to(1.0, 3))
    (array([1.]), 0)
    """
    if is_even(weight):
        return np.ones(1), 0
    return np.ascontiguousarray(weight), 1


def is_even(weight: Floats) -> bool:
    """Whether weights are one 1.0 seen many times, as ratings without weights have them."""
    return len(weight) > 1 and weight.strides == (0,) and float(weight[0]) == 1.0


def run_starts(index: list[Codes]) -> NDArray[np.intp]:
    """First row of each run of equal codes; cost 1 byte a row.

    Examples
    --------
    >>> run_starts([np.array([4, 4, 7]), np.array([0, 1, 1])])
    array([0, 1, 2])
    """
    new = np.zeros(len(index[0]), dtype=bool)
    new[:1] = True
    for code in index:
        new[1:] |= code[1:] != code[:-1]
    return np.flatnonzero(new)


def picked(values: NDArray[Kind], rows: NDArray[np.bool_]) -> NDArray[Kind]:
    """Values of some rows; no copy where it is all of them, or one value seen many times."""
    if values.strides == (0,):
        return np.broadcast_to(values[:1], int(rows.sum())) if len(values) else values
    return values if bool(rows.all()) else values[rows]
