"""Ratings as arrays: a table checked, coded, put in order and hashed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadline.errors import MeasurementError
from leadline.evidence.frames import Frame, codes
from leadline.measurement.kernels.arrays import Floats
from leadline.measurement.kernels.cells import combined_key


@dataclass(frozen=True, eq=False)
class Ratings:
    """N ratings of elements of several facets, in the order of their elements.

    Attributes
    ----------
    facets : tuple of str
        ``ratee``, ``rater`` (unless there is none), ``item``, then further facets.
    elements : mapping of facet to tuple of str
        Names, in sorted order.
    index : mapping of facet to array of int32, shape (N,)
        Element of each rating.
    rating : array of int64, shape (N,)
        Category as given.
    weight : array, shape (N,)
        Positive.
    hash : str
        SHA-256 of the content, whatever the order it came in.
    repeated : str
        Example of a combination of elements that occurs more than once; empty where none does.
    """

    facets: tuple[str, ...]
    elements: Mapping[str, tuple[str, ...]]
    index: Mapping[str, NDArray[np.int32]]
    rating: NDArray[np.int64]
    weight: Floats
    hash: str
    repeated: str = ""

    @property
    def n(self) -> int:
        """Number of ratings."""
        return len(self.rating)


def ratings_from_table(
    table: Frame,
    columns: Mapping[str, str | None],
    rating: str,
    weight: str | None = None,
    *,
    repeats: bool = False,
) -> Ratings:
    """Ratings of a table, coded by facet; rows without a rating are left out.

    Parameters
    ----------
    table : polars.DataFrame
    columns : mapping of facet to column
        ``ratee`` and ``item`` at least; None for a facet with the single element ``*``.
    rating, weight : str
        Columns of whole numbers and of positive numbers.
    repeats : bool
        Whether a combination of elements may occur more than once.

    Returns
    -------
    Ratings

    Raises
    ------
    MeasurementError
        A column is absent, or empty where a rating is given; a rating is no whole number; a weight
        is not positive; or the same ratee, rater and item (and further elements) occur twice.

    Examples
    --------
    >>> from leadline.evidence.frames import frame
    >>> table = frame({"who": ["b", "a"], "q": ["x", "x"], "y": [3, 4]})
    >>> ratings_from_table(table, {"ratee": "who", "item": "q"}, "y").elements["ratee"]
    ('a', 'b')
    """
    named = [column for column in columns.values() if column is not None]
    for name in (*named, rating, *([weight] if weight else [])):
        if name not in table.columns:
            raise MeasurementError(
                "measurement.no_such_column", column=name, present=", ".join(table.columns)
            )
    value = _numbers(table, rating)
    known = ~np.isnan(value)
    if not known.any():
        raise MeasurementError("measurement.no_ratings", column=rating)
    table, value = table.filter(known), value[known]
    if not (np.isfinite(value) & (value == np.round(value))).all():
        wrong = value[~(np.isfinite(value) & (value == np.round(value)))][0]
        raise MeasurementError("measurement.not_whole", column=rating, value=f"{wrong:g}")
    weights = np.ones(len(value)) if weight is None else _numbers(table, weight)
    if not (np.isfinite(weights) & (weights > 0)).all():
        row = int(np.flatnonzero(~(np.isfinite(weights) & (weights > 0)))[0])
        raise MeasurementError("measurement.weight_not_positive", column=weight, value=f"{weights[row]:g}")
    for column in named:
        if table.get_column(column).null_count():
            raise MeasurementError("measurement.empty_cells", column=column)
    one = (np.zeros(len(value), dtype=np.int32), ("*",))
    coded = {facet: one if column is None else codes(table, column) for facet, column in columns.items()}
    return ordered_ratings(coded, value.astype(np.int64), weights, repeats=repeats)


def _numbers(table: Frame, column: str) -> Floats:
    series = table.get_column(column)
    numbers = series.cast(float, strict=False)
    lost = series.is_not_null() & numbers.is_null()
    if lost.any():
        text = str(series.filter(lost)[0])
        raise MeasurementError("measurement.not_a_number", column=column, value=text)
    return numbers.to_numpy().astype(np.float64)


def ordered_ratings(
    coded: Mapping[str, tuple[NDArray[np.int32], tuple[str, ...]]],
    rating: NDArray[np.int64],
    weight: Floats,
    *,
    repeats: bool = False,
) -> Ratings:
    """Ratings in the order of their elements, each combination of elements at most once.

    Parameters
    ----------
    coded : mapping of facet to codes, shape (N,), and names
    rating, weight : array, shape (N,)
    repeats : bool
        Whether a combination may occur more than once.

    Returns
    -------
    Ratings

    Raises
    ------
    MeasurementError
        A combination occurs twice and may not.

    Examples
    --------
    >>> coded = {"ratee": (np.array([1, 0], np.int32), ("a", "b")), "item": (np.zeros(2, np.int32), ("x",))}
    >>> ordered_ratings(coded, np.array([3, 4]), np.ones(2)).rating
    array([4, 3])
    """
    sequence = [*(facet for facet in coded if facet != "item"), "item"]
    key = combined_key([coded[f][0] for f in sequence], [len(coded[f][1]) for f in sequence])
    if not bool((key[1:] > key[:-1]).all()):
        order = np.lexsort((weight, rating, key)) if repeats else np.argsort(key, kind="stable")
        key, rating, weight = key[order], rating[order], weight[order]
        coded = {facet: (code[order], names) for facet, (code, names) in coded.items()}
    twice = np.flatnonzero(key[1:] == key[:-1])
    repeated = ""
    if len(twice):
        where = {facet: names[code[twice[0]]] for facet, (code, names) in coded.items()}
        repeated = ", ".join(f"{facet} {name}" for facet, name in where.items())
        if not repeats:
            raise MeasurementError("measurement.duplicate_ratings", n=len(twice), example=repeated)
    index = {facet: np.ascontiguousarray(code, dtype=np.int32) for facet, (code, _) in coded.items()}
    elements = {facet: names for facet, (_, names) in coded.items()}
    digest = _hash(elements, index, rating, weight)
    return Ratings(tuple(coded), elements, index, rating, weight, digest, repeated)


def _hash(
    elements: Mapping[str, tuple[str, ...]],
    index: Mapping[str, NDArray[np.int32]],
    rating: NDArray[np.int64],
    weight: Floats,
) -> str:
    digest = hashlib.sha256()
    for facet, names in elements.items():
        digest.update("\x1f".join((facet, *names, "")).encode())
        digest.update(index[facet].astype("<i4").tobytes())
    digest.update(rating.astype("<i8").tobytes())
    digest.update(weight.astype("<f8").tobytes())
    return digest.hexdigest()
