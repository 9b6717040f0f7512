"""Values of any type, as JSON and databases give them, made columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl

from leadline.evidence.sources.header import distinct_names

_PLAIN = (bool, int, float, str, date, datetime)
_LARGEST = 2**63


def column_of(values: Sequence[Any]) -> pl.Series:
    """A column of the narrowest type that holds every value unchanged; text where they differ in kind.

    Parameters
    ----------
    values : sequence of length N
        None is missing. Lists and records become JSON text.

    Returns
    -------
    polars.Series

    Examples
    --------
    >>> column_of([4, None, 3.5]).to_list(), column_of([4, "four"]).to_list()
    ([4.0, None, 3.5], ['4', 'four'])
    """
    kinds = set(map(type, values)) - {type(None)}
    if int in kinds and any(type(value) is int and not -_LARGEST <= value < _LARGEST for value in values):
        kinds.add(str)
    if kinds <= {int}:
        return pl.Series(values, dtype=pl.Int64 if kinds else pl.String)
    if kinds <= {int, float, Decimal}:
        return pl.Series([None if value is None else float(value) for value in values], dtype=pl.Float64)
    if kinds == {str}:
        return _texts(values)
    if len(kinds) == 1 and kinds <= set(_PLAIN):
        return pl.Series(values)
    return pl.Series([_text(value) for value in values], dtype=pl.String)


def _texts(values: Sequence[str | None]) -> pl.Series:
    """Each text is kept once, however often it comes: a row takes 16 bytes, however long its id."""
    places = {value: at for at, value in enumerate(dict.fromkeys(values))}
    return pl.Series(list(places), dtype=pl.String).gather([places[value] for value in values])


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return str(value)


def frame_of(records: Iterable[dict[str, Any]]) -> pl.DataFrame:
    """A table from records; a record inside of a record becomes columns ``outer.inner``.

    Parameters
    ----------
    records : iterable of dict
        A key that is not there is missing.

    Returns
    -------
    polars.DataFrame
        Columns in the order in which they occur first.

    Examples
    --------
    >>> frame_of([{"id": 1, "user": {"login": "ada"}}, {"id": 2}]).rows()
    [(1, 'ada'), (2, None)]
    """
    flat = [_flat(record) for record in records]
    names = dict.fromkeys(name for record in flat for name in record)
    return pl.DataFrame({name: column_of([record.get(name) for record in flat]) for name in names})


def frame_of_rows(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> pl.DataFrame:
    """A table from rows, as a database gives them; a name that comes again is numbered.

    Examples
    --------
    >>> frame_of_rows(["id", "id"], [(1, "a"), (2, None)]).rows(named=True)
    [{'id': 1, 'id (2)': 'a'}, {'id': 2, 'id (2)': None}]
    """
    columns: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * len(names)
    pairs = zip(distinct_names(names), columns, strict=True)
    return pl.DataFrame({name: column_of(values) for name, values in pairs})


def _flat(record: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    if not prefix and not any(isinstance(value, dict) for value in record.values()):
        return record
    flat: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            flat.update(_flat(value, f"{prefix}{name}."))
        else:
            flat[f"{prefix}{name}"] = value
    return flat
