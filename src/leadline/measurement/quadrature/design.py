"""Fixed facets as a linear design over their distinct combinations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leadline.errors import MeasurementError
from leadline.measurement.quadrature import checks
from leadline.measurement.quadrature.cells import Floats, Ints
from leadline.measurement.quadrature.families.family import Family
from leadline.measurement.quadrature.models import first_slope, start_intercepts
from leadline.measurement.quadrature.parameters import Tied

Identification = Literal["centred", "reference"]


@dataclass(frozen=True, eq=False)
class Facet:
    """A fixed facet. E elements, N ratings.

    Attributes
    ----------
    name : str
    elements : tuple of str, E
    code : array of int, shape (N,)
    contrast : array, shape (E, E - 1)
        Free effects to effects of all elements.
    """

    name: str
    elements: tuple[str, ...]
    code: Ints
    contrast: Floats


def facet(
    name: str, values: Sequence[str], there: NDArray[np.bool_], identification: Identification
) -> Facet:
    """Code a facet.

    Parameters
    ----------
    name : str
    values : sequence of str, one a rating
    there : bool array
        Ratings that are not missing.
    identification : {"centred", "reference"}

    Returns
    -------
    Facet

    Examples
    --------
    >>> facet("task", ["a", "b"], np.array([True, True]), "centred").contrast
    array([[ 1.],
           [-1.]])
    """
    named = np.asarray(checks.labels(values, len(there), name), dtype=np.str_)[there]
    elements, code = checks.table_of(named.tolist(), len(named), name)
    size = len(elements)
    contrast = np.eye(size)[:, 1:]
    if identification == "centred":
        contrast = np.concatenate([np.eye(size - 1), -np.ones((1, size - 1))])
    return Facet(name, elements, code, contrast)


@dataclass(frozen=True, eq=False)
class Design:
    """Distinct combinations of facets. R rows, N ratings, X free effects.

    Attributes
    ----------
    row : array of int, shape (N,)
    effects : array, shape (R, X)
    """

    row: Ints
    effects: Floats


def design(facets: Sequence[Facet], count: int) -> Design:
    """Combine facets.

    Parameters
    ----------
    facets : sequence of Facet
    count : int
        Ratings.

    Returns
    -------
    Design

    Raises
    ------
    MeasurementError
        Effects that cannot be told apart.

    Examples
    --------
    >>> task = facet("task", ["a", "b", "a"], np.ones(3, dtype=np.bool_), "reference")
    >>> found = design([task], 3)
    >>> found.row, found.effects.ravel()
    (array([0, 1, 0]), array([0., 1.]))
    """
    codes = np.stack([np.zeros(count, dtype=np.int64), *(one.code for one in facets)], axis=1)
    combinations, row = np.unique(codes, axis=0, return_inverse=True)
    parts = [one.contrast[combinations[:, 1 + at]] for at, one in enumerate(facets)]
    effects = np.concatenate([np.zeros((len(combinations), 0)), *parts], axis=1)
    full = np.concatenate([np.ones((len(effects), 1)), effects], axis=1)
    if np.linalg.matrix_rank(full) < full.shape[1]:
        raise MeasurementError(
            "measurement.quadrature.facets_confounded", names=", ".join(one.name for one in facets)
        )
    return Design(row.ravel(), effects)


def laid_out(family: Family, n: Floats, effects: Floats) -> tuple[Tied, Floats]:
    """One population spread, shared thresholds, and effects subtracted on every row.

    Parameters
    ----------
    family : Family
    n : array, shape (1, M + 1)
        Ratings in each inner category.
    effects : array, shape (R, X)

    Returns
    -------
    Tied
        Parameters: spread, intercepts of used thresholds, free effects.
    array, shape (p,)
        Where to start.
    """
    there, start, never = start_intercepts(family, n)
    used = np.flatnonzero(there[:, 0])
    rows, size = len(effects), len(there)
    first = 1 + len(used)
    slope = np.zeros((rows, first + effects.shape[1]))
    slope[:, 0] = 1.0
    intercept = np.zeros((size, rows, slope.shape[1]))
    intercept[used, :, 1 + np.arange(len(used))] = 1.0
    intercept[:, :, first:] = -family.scores(size)[:, None, None] * effects
    base = np.where(there, 0.0, never) * np.ones((1, rows))
    b = np.concatenate([[first_slope(n)], start[used, 0], np.zeros(effects.shape[1])])
    return Tied(slope, intercept, base), b


def refuse_extremes(facets: Sequence[Facet], category: Ints, highest: int) -> None:
    """Refuse elements that have only lowest or only highest ratings: their effect has no finite estimate.

    Parameters
    ----------
    facets : sequence of Facet
    category : array of int, shape (N,)
    highest : int

    Raises
    ------
    MeasurementError
    """
    for one in facets:
        total = np.bincount(one.code, category)
        worst = (total == 0) | (total == highest * np.bincount(one.code))
        if worst.any():
            names = [one.elements[at] for at in np.flatnonzero(worst)]
            raise MeasurementError(
                "measurement.quadrature.extreme_elements", facet=one.name, **checks.named(names)
            )
