"""Columns of any type made text, whole numbers or numbers, with what would not go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

Rows = NDArray[np.int64]
"""Row indices, counted from 0."""

_WHOLE_LIMIT = 2.0**53


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A column in its type, and the rows whose text did not fit it.

    Attributes
    ----------
    values : polars.Series, N values
        Null where a cell is empty or did not fit.
    wrong : mapping of fault code to row indices
    """

    values: pl.Series
    wrong: Mapping[str, Rows] = field(default_factory=dict)


def _where(mask: pl.Series) -> Rows:
    return mask.fill_null(value=False).arg_true().to_numpy().astype(np.int64)


def is_plain(dtype: pl.DataType) -> bool:
    """Whether values of a type are single texts, numbers, times or truths, rather than lists or bytes.

    Examples
    --------
    >>> is_plain(pl.Int64()), is_plain(pl.List(pl.Int64))
    (True, False)
    """
    return not dtype.is_nested() and dtype not in (pl.Binary, pl.Object)


def as_text(series: pl.Series) -> pl.Series:
    """Text without surrounding white space, in Unicode form NFC; empty becomes missing; 1001.0 reads 1001.

    Cost: distinct values are looked at, not rows, unless one needs trimming.

    Parameters
    ----------
    series : polars.Series
        Of any type that can be written as text.

    Returns
    -------
    polars.Series of String

    Raises
    ------
    polars.exceptions.InvalidOperationError
        Lists, records and bytes are no text.

    Examples
    --------
    >>> as_text(pl.Series([" ada", "", None])).to_list()
    ['ada', None, None]
    >>> as_text(pl.Series([1001.0, 7.5])).to_list()
    ['1001', '7.5']
    """
    if series.dtype == pl.String:
        text = series
    else:
        text = series.cast(pl.String)
        if series.dtype.is_float():
            text = text.str.replace(r"\.0$", "")
    distinct = text.unique()
    if bool((_trimmed(distinct) != distinct).any()) or bool((distinct == "").any()):
        text = _trimmed(text)
        text = text.set(text == "", None)
    return text


def _trimmed(text: pl.Series) -> pl.Series:
    # One letter may be written in two ways (é as one sign or as e and an accent): the same id must be equal.
    return text.str.strip_chars().str.normalize("NFC")


def as_numbers(series: pl.Series) -> Cleaned:
    """Finite numbers; the rest is told apart: not a number, NaN, infinite.

    Parameters
    ----------
    series : polars.Series

    Returns
    -------
    Cleaned
        ``values`` is Float64.

    Examples
    --------
    >>> found = as_numbers(pl.Series(["0.5", " 2 ", "", "inf", "much"]))
    >>> found.values.to_list()
    [0.5, 2.0, None, None, None]
    >>> {code: rows.tolist() for code, rows in found.wrong.items()}
    {'evidence.not_a_number': [4], 'evidence.infinite_value': [3]}
    """
    numbers = _numbers(series)
    wrong = {"evidence.not_a_number": _where(numbers.is_null() & _filled(series))}
    if not bool(numbers.is_finite().all()):
        wrong["evidence.nan_value"] = _where(numbers.is_nan())
        wrong["evidence.infinite_value"] = _where(numbers.is_infinite())
        numbers = numbers.set(~numbers.is_finite(), None)
    return Cleaned(numbers, {code: rows for code, rows in wrong.items() if rows.size})


def as_whole(series: pl.Series) -> Cleaned:
    """Whole numbers; what else is there is told apart. 4.0 is 4.

    Parameters
    ----------
    series : polars.Series

    Returns
    -------
    Cleaned
        ``values`` is Int64.

    Examples
    --------
    >>> found = as_whole(pl.Series(["4", "4.0", "3.5", "", "good"]))
    >>> found.values.to_list()
    [4, 4, None, None, None]
    >>> {code: rows.tolist() for code, rows in found.wrong.items()}
    {'evidence.not_a_number': [4], 'evidence.not_whole': [2]}
    """
    if series.dtype.is_integer():
        narrow = series.cast(pl.Int64, strict=False)
        too_large = _where(narrow.is_null() & series.is_not_null())
        return Cleaned(narrow, {"evidence.not_whole": too_large} if too_large.size else {})
    if series.dtype == pl.String:
        quick = series.cast(pl.Int64, strict=False)
        if quick.null_count() == series.null_count():
            return Cleaned(quick)
    found = as_numbers(series)
    is_whole = (found.values == found.values.round(0)) & (found.values.abs() < _WHOLE_LIMIT)
    broken = _where(~is_whole)
    wrong = {**found.wrong, "evidence.not_whole": broken} if broken.size else found.wrong
    return Cleaned(found.values.set(~is_whole, None).cast(pl.Int64), wrong)


def _numbers(series: pl.Series) -> pl.Series:
    if series.dtype.is_numeric():
        return series.cast(pl.Float64)
    if series.dtype != pl.String:
        return pl.Series(series.name, [None] * len(series), dtype=pl.Float64)
    quick = series.cast(pl.Float64, strict=False)
    if quick.null_count() == series.null_count():
        return quick
    return series.str.strip_chars().cast(pl.Float64, strict=False)


def _filled(series: pl.Series) -> pl.Series:
    if series.dtype != pl.String:
        return series.is_not_null()
    return series.str.strip_chars() != ""


def value_codes(series: pl.Series) -> tuple[NDArray[np.int64], int]:
    """Integer codes that are equal where values are equal, -1 where missing, and how many values differ.

    Parameters
    ----------
    series : polars.Series of String or numbers, N values

    Returns
    -------
    codes : array of int64, shape (N,)
    n_values : int

    Examples
    --------
    >>> value_codes(pl.Series([0.5, None, 0.5]))
    (array([ 0, -1,  0]), 1)
    """
    if series.dtype == pl.String:
        codes, labels = distinct_codes(series)
        return codes, len(labels)
    codes = series.rank("dense").cast(pl.Int64).fill_null(0).to_numpy() - 1
    return codes, int(codes.max(initial=-1)) + 1


def distinct_codes(text: pl.Series) -> tuple[NDArray[np.int64], pl.Series]:
    """Integer codes of a text column in sorted order of its labels; -1 where missing.

    Parameters
    ----------
    text : polars.Series of String, N values

    Returns
    -------
    codes : array of int64, shape (N,)
    labels : polars.Series of String

    Examples
    --------
    >>> codes, labels = distinct_codes(pl.Series(["b", None, "a"]))
    >>> codes, labels.to_list()
    (array([ 1, -1,  0]), ['a', 'b'])
    """
    labels = text.unique().drop_nulls().sort()
    physical = text.cast(pl.Enum(labels)).to_physical()
    return physical.cast(pl.Int64).fill_null(-1).to_numpy(), labels
