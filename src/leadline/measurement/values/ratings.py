"""Ratings as arrays: a table checked, coded, put in order and hashed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from leadline.errors import MeasurementError
from leadline.evidence import Blocks, Coder, Frame, Series, blocks_of
from leadline.measurement.kernels.arrays import Codes, Floats
from leadline.measurement.kernels.large import MANY, load_ahead
from leadline.measurement.kernels.order import rises, sorting, taken
from leadline.measurement.kernels.threads import in_order

_BLOCK = 1 << 20

Coded = tuple[NDArray[np.int32], tuple[str, ...]]


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
    rating : array of int8 or int64, shape (N,)
        Category as given; a byte where all lie between 0 and 127.
    weight : array, shape (N,)
        Positive. Where all are 1 it is one number seen N times, which takes no memory.
    hash : str
        SHA-256 of the content, whatever the order it came in.
    repeated : str
        Example of a combination of elements that occurs more than once; empty where none does.
    """

    facets: tuple[str, ...]
    elements: Mapping[str, tuple[str, ...]]
    index: Mapping[str, NDArray[np.int32]]
    rating: Codes
    weight: Floats
    hash: str
    repeated: str = ""

    @property
    def n(self) -> int:
        """Number of ratings."""
        return len(self.rating)

    @cached_property
    def labels(self) -> tuple[Codes, Codes]:
        """The ratings that occur, shape (L,), and which of them each rating is, from 0, shape (N,)."""
        if self.rating.dtype != np.int8:
            labels, label = np.unique(self.rating, return_inverse=True)
            return labels, label.astype(np.int8 if len(labels) < 128 else np.int32)
        blocks = [self.rating[begin : begin + _BLOCK] for begin in range(0, self.n, _BLOCK)]
        labels = np.flatnonzero(sum(np.bincount(block, minlength=128) for block in blocks))
        place = np.zeros(128, dtype=np.int8)
        place[labels] = np.arange(len(labels))
        return labels, np.concatenate([place[block] for block in blocks])


def ratings_from_table(
    table: Frame | Blocks,
    columns: Mapping[str, str | None],
    rating: str,
    weight: str | None = None,
    *,
    repeats: bool = False,
) -> Ratings:
    """Ratings of a table, coded by facet block by block; rows without a rating are left out.

    Parameters
    ----------
    table : polars.DataFrame or Blocks
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
        A column is absent, named twice, or empty where a rating is given; a rating is no whole number;
        a weight is not positive; or the same ratee, rater and item (and further elements) occur twice.

    Examples
    --------
    >>> from leadline.evidence.frames import frame
    >>> table = frame({"who": ["b", "a"], "q": ["x", "x"], "y": [3, 4]})
    >>> ratings_from_table(table, {"ratee": "who", "item": "q"}, "y").elements["ratee"]
    ('a', 'b')
    """
    blocks = blocks_of(table)
    named = [column for column in columns.values() if column is not None]
    wanted = [*named, rating, *([weight] if weight else [])]
    for name in wanted:
        if name not in blocks.columns:
            raise MeasurementError(
                "measurement.no_such_column", column=name, present=", ".join(blocks.columns)
            )
        if wanted.count(name) > 1:
            raise MeasurementError("measurement.column_twice", column=name)
    coder = Coder(named)
    ratings: list[Codes] = []
    weights: list[Floats] = []
    n = 0
    for block in blocks.read(wanted):
        value = _numbers(block, rating)
        given = block.filter(value.is_not_null()) if value.null_count() else block
        if given.height:
            ratings.append(_whole(value.drop_nulls().to_numpy(), rating))
            weights.append(_weights(given, weight))
            coder.add(given)
            n += given.height
            if n - given.height < MANY <= n:
                load_ahead()
    if not ratings:
        raise MeasurementError("measurement.no_ratings", column=rating)
    for column in named:
        if coder.has_empty(column):
            raise MeasurementError("measurement.empty_cells", column=column)
    even = all(each.strides == (0,) for each in weights)
    weighted = None if even else np.concatenate(weights)
    whole = np.concatenate(ratings)
    one = (np.zeros(len(whole), dtype=np.int32), ("*",))
    coded = in_order(lambda column: one if column is None else coder.take(column), columns.values())
    return ordered_ratings(dict(zip(columns, coded, strict=True)), whole, weighted, repeats=repeats)


def _whole(value: Floats | Codes, column: str) -> Codes:
    if value.dtype.kind == "f":
        is_whole = np.isfinite(value) & (value == np.round(value))
        if not is_whole.all():
            raise MeasurementError("measurement.not_whole", column=column, value=f"{value[~is_whole][0]:g}")
    small = value.min() >= 0 and value.max() <= 127
    return value.astype(np.int8 if small else np.int64)


def _weights(table: Frame, column: str | None) -> Floats:
    """Weights, or a single 1.0 seen many times where there is no such column."""
    if column is None:
        return np.broadcast_to(1.0, table.height)
    weights = _numbers(table, column).to_numpy().astype(np.float64)
    wrong = ~(np.isfinite(weights) & (weights > 0))
    if wrong.any():
        value = f"{weights[wrong][0]:g}"
        raise MeasurementError("measurement.weight_not_positive", column=column, value=value)
    return weights


def _numbers(table: Frame, column: str) -> Series:
    """A column as numbers, empty where there is none."""
    series = table.get_column(column)
    whole = series.dtype.is_integer()
    numbers = series.cast(int if whole else float, strict=False)
    lost = series.is_not_null() & numbers.is_null()
    if lost.any():
        text = str(series.filter(lost)[0])
        raise MeasurementError("measurement.not_a_number", column=column, value=text)
    return numbers if whole else numbers.fill_nan(None)


def ordered_ratings(
    coded: Mapping[str, Coded], rating: Codes, weight: Floats | None = None, *, repeats: bool = False
) -> Ratings:
    """Ratings in the order of their elements, each combination of elements at most once.

    Parameters
    ----------
    coded : mapping of facet to codes, shape (N,), and names
    rating : array of int, shape (N,)
    weight : array, shape (N,), optional
    repeats : bool
        Whether a combination may occur more than once.

    Returns
    -------
    Ratings

    Raises
    ------
    MeasurementError
        A combination occurs twice and may not.

    Notes
    -----
    Cost: one look at ratings that come in order, a sort otherwise.

    Examples
    --------
    >>> coded = {"ratee": (np.array([1, 0], np.int32), ("a", "b")), "item": (np.zeros(2, np.int32), ("x",))}
    >>> ordered_ratings(coded, np.array([3, 4])).rating
    array([4, 3])
    """
    even = weight is None or bool((weight == 1.0).all())
    index = {facet: np.ascontiguousarray(code, dtype=np.int32) for facet, (code, _) in coded.items()}
    elements = {facet: names for facet, (_, names) in coded.items()}
    sequence = [*(facet for facet in coded if facet != "item"), "item"]
    sizes, repeated = [len(elements[facet]) for facet in sequence], ""
    del coded  # Its codes may be the largest thing in memory, and are copied one by one.
    if not rises([index[facet] for facet in sequence], sizes):
        known = () if weight is None else (weight,)
        order = sorting([index[facet] for facet in sequence], sizes, (*known, rating) if repeats else ())
        moved = in_order(lambda facet: taken(index.pop(facet), order), tuple(index))
        index = dict(zip(tuple(index), moved, strict=True))
        rating, weight = taken(rating, order), None if even or weight is None else taken(weight, order)
        repeated = _repeated(index, elements, repeats=repeats)
    weights = np.broadcast_to(1.0, len(rating)) if even or weight is None else weight
    found = _hash(elements, index, rating, () if even else (weights.astype("<f8"),))
    return Ratings(tuple(index), elements, index, rating, weights, found, repeated)


def _repeated(codes: Mapping[str, Codes], elements: Mapping[str, tuple[str, ...]], *, repeats: bool) -> str:
    """Example of a combination that comes again; refused unless it may."""
    same = np.ones(len(next(iter(codes.values()))) - 1, dtype=bool)
    for code in codes.values():
        same &= code[1:] == code[:-1]
    if not same.any():
        return ""
    row = int(same.argmax())
    example = ", ".join(f"{facet} {elements[facet][code[row]]}" for facet, code in codes.items())
    if not repeats:
        raise MeasurementError("measurement.duplicate_ratings", n=int(same.sum()), example=example)
    return example


def _hash(
    elements: Mapping[str, tuple[str, ...]],
    index: Mapping[str, NDArray[np.int32]],
    rating: Codes,
    more: Iterable[Floats],
) -> str:
    digest = hashlib.sha256()
    for facet, names in elements.items():
        digest.update("\x1f".join((facet, *names, "")).encode())
        digest.update(np.ascontiguousarray(index[facet], dtype="<i4").data)
    for column in (rating, *more):
        digest.update(column.dtype.str.encode())
        digest.update(np.ascontiguousarray(column).data)
    return digest.hexdigest()
