"""Fits as tables and back."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from leadline.errors import MeasurementError
from leadline.measurement.kernels.arrays import Floats
from leadline.measurement.values.facet import Agreement, Component, FacetMeasures, ItemParameters, Thresholds
from leadline.measurement.values.notice import Notice

MEASURE_COLUMNS = (
    "measure",
    "se",
    "n",
    "raw_mean",
    "fair_mean",
    "infit_mnsq",
    "infit_z",
    "outfit_mnsq",
    "outfit_z",
    "extreme",
)
THRESHOLD_COLUMNS = ("item", "category", "threshold", "se", "count")
ITEM_COLUMNS = ("slope", "slope_se", "guess", "guess_se")

_PRECISION = ("separation", "strata", "reliability", "reliability_real")


def measure_columns(facets: Mapping[str, FacetMeasures]) -> dict[str, Any]:
    """Columns of ``measures.csv``: a row for each element of each facet.

    Parameters
    ----------
    facets : mapping of name to FacetMeasures
        The name is written in the column ``facet``.

    Returns
    -------
    dict of column to values
    """
    columns: dict[str, Any] = {
        "facet": [name for name, facet in facets.items() for _ in facet.elements],
        "element": [element for facet in facets.values() for element in facet.elements],
    }
    for column in MEASURE_COLUMNS:
        parts = [getattr(facet, column) for facet in facets.values()]
        columns[column] = np.concatenate(parts) if parts else []
    return columns


def rounded(value: float) -> float | None:
    """A number for JSON, to six decimals; None where there is none.

    Examples
    --------
    >>> rounded(float("nan")), rounded(0.1234567)
    (None, 0.123457)
    """
    return round(float(value), 6) if np.isfinite(value) else None


def fit_fields(folder: Path) -> dict[str, Any]:
    """Fields of a fit from the files that were saved.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    dict of field to value

    Raises
    ------
    MeasurementError
        A file is missing.
    """
    names = ("measures.csv", "thresholds.csv", "variance.csv", "summary.json")
    for name in names:
        if not (folder / name).is_file():
            raise MeasurementError("measurement.no_fit_here", place=str(folder), file=name)
    tables = [read_columns(folder / name) for name in names[:3]]
    summary = json.loads((folder / names[3]).read_text(encoding="utf-8"))
    facets = _facets(tables[0], summary)
    thresholds = {name: _numbers(tables[1][name]) for name in THRESHOLD_COLUMNS[2:]}
    whole = Thresholds(
        item=tuple(tables[1]["item"]), category=np.array(tables[1]["category"], dtype=np.int64), **thresholds
    )
    variance = zip(*(tables[2][name] for name in Component._fields), strict=True)
    subsets = summary["subset_ratees"] or [list(facets["ratee"].elements)]
    kept = ("model", "method", "stopping", "noncentered", "iterations", "converged", "seconds")
    more = ("approximation", "log_likelihood_kind", "input_hash", "versions")
    return {
        **{name: summary[name] for name in (*kept, *more)},
        "items": _items(folder / "items.csv"),
        "facets": facets,
        "thresholds": whole,
        "variance": tuple(Component(name, *map(float, rest)) for name, *rest in variance),
        "log_likelihood": _number(summary["log_likelihood"]),
        "subsets": tuple(map(tuple, subsets)),
        "agreement": Agreement(**{name: _number(x) for name, x in summary["agreement"].items()}),
        "warnings": tuple(Notice(one["code"], one["fields"]) for one in summary["warnings"]),
    }


def _facets(table: Mapping[str, list[str]], summary: Mapping[str, Any]) -> dict[str, FacetMeasures]:
    found = {}
    for facet in summary["n"]:
        rows = [n for n, name in enumerate(table["facet"]) if name == facet]
        columns: dict[str, Any] = {
            name: _numbers([table[name][n] for n in rows]) for name in MEASURE_COLUMNS if name != "extreme"
        }
        columns["n"] = columns["n"].astype(np.int64)
        precision: dict[str, Any] = {name: _number(summary[name][facet]) for name in _PRECISION}
        found[facet] = FacetMeasures(
            facet=facet,
            elements=tuple(table["element"][n] for n in rows),
            **columns,
            extreme=np.array([table["extreme"][n] == "true" for n in rows], dtype=bool),
            point_measure=np.full(len(rows), np.nan),
            subset=np.full(len(rows), int(summary["subsets"] == 1), dtype=np.int64),
            **precision,
        )
    return found


def typed(columns: Mapping[str, list[str]], text: Sequence[str]) -> dict[str, Any]:
    """Columns as numbers or truth values, but for those that are text.

    Parameters
    ----------
    columns : mapping of name to list of str
    text : sequence of str

    Returns
    -------
    dict of name to values

    Examples
    --------
    >>> typed({"rater": ["1"], "z": ["1"], "flagged": ["true"]}, ["rater"])
    {'rater': ['1'], 'z': array([1.]), 'flagged': [True]}
    """
    found: dict[str, Any] = {}
    for name, cells in columns.items():
        truth = set(cells) <= {"true", "false"} and cells
        found[name] = cells if name in text else [x == "true" for x in cells] if truth else _numbers(cells)
    return found


def _items(path: Path) -> ItemParameters | None:
    """Slopes and asymptotes of models that have them."""
    if not path.is_file():
        return None
    table = read_columns(path)
    return ItemParameters(
        items=tuple(table["item"]), **{name: _numbers(table[name]) for name in ITEM_COLUMNS}
    )


def read_columns(path: Path) -> dict[str, list[str]]:
    """Columns of a CSV file that `write_csv` wrote, as text."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    columns = zip(*rows, strict=True) if rows else [()] * len(header)
    return {name: [_unescaped(cell) for cell in cells] for name, cells in zip(header, columns, strict=True)}


def _unescaped(cell: str) -> str:
    """Text without the apostrophe that keeps a spreadsheet from running it as a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=+-@\t\r") else cell


def _numbers(cells: list[str]) -> Floats:
    return np.array([float(cell) if cell else np.nan for cell in cells], dtype=np.float64)


def _number(value: float | None) -> float:
    return np.nan if value is None else value
