"""Plain factor figures from a table or from a few numbers, every fault of them told at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from math import isfinite, isnan, nan
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from leadline.errors import EvidenceError, Fault, ScoringError
from leadline.evidence import Frame
from leadline.frameworks import Framework, load_framework
from leadline.scoring.figures import Figures
from leadline.scoring.options import initials, names_of_factors, plain_name

Table: TypeAlias = Frame | Mapping[str, Any]

PLACE = "figures"
DEFAULT_FRAMEWORK = "technical-leadership"
HEADER = 1
# So like a factor's id that it is a slip of the pen; less alike, it is a column of somebody's own.
SLIP = 0.85


class _Column(NamedTuple):
    """A column of figures: its name in the table, its factor, and whether it holds standard errors."""

    name: str
    factor: str
    holds_errors: bool


def read_figures(table: Table, framework: Framework | None = None, *, place: str = PLACE) -> Figures:
    """Factor figures from a table, or from the numbers of one person.

    Parameters
    ----------
    table : Frame, mapping of column to sequence, or mapping of factor to number
        Columns: the factors, by id, initials (``te``, ``la``, ``bi``, ``pg``) or title, 0-100; for
        each a standard error ``<factor>_se``, for all figures or for none (0 is exact); ``ratee``
        and ``name`` where there are people. Other columns are left alone. Empty is missing.
    framework : Framework, optional
        ``technical-leadership`` by default.
    place : str
        How faults call the table.

    Returns
    -------
    Figures

    Raises
    ------
    EvidenceError
        All faults: a figure that is no number or not on 0-100, a negative standard error, a figure
        without one where others have it, a ratee missing or twice, a factor twice, or a column that
        looks like a misspelt factor.
    ScoringError
        No column is a factor, no rows, or columns of different lengths.

    Examples
    --------
    >>> figures = read_figures({"ratee": ["ada", "lin"], "te": [85, 70], "la": [80, None]})
    >>> figures.ratees, figures.factor_value[:, :2].tolist()
    (('ada', 'lin'), [[85.0, 80.0], [70.0, nan]])
    """
    framework = framework or load_framework(DEFAULT_FRAMEWORK)
    cells = _cells(table)
    columns, faults = _figure_columns(cells, framework)
    if not columns and not faults:
        short = initials(framework)
        allowed = ", ".join(
            f"{short[one.id]} ({one.id})" if one.id in short else one.id for one in framework.factors
        )
        raise ScoringError("scoring.no_factors", columns=", ".join(cells) or "—", allowed=allowed)
    n = _n_rows(cells)
    ratees, missing = _ratees(cells, n)
    ids = [factor.id for factor in framework.factors]
    value, se = np.full((n, len(ids)), nan), np.full((n, len(ids)), nan)
    for column in columns:
        numbers, bad = _numbers(cells[column.name], column)
        faults += bad
        (se if column.holds_errors else value)[:, ids.index(column.factor)] = numbers
    faults += missing
    if not faults:
        faults = list(_without_errors(columns, ids, value, se))
    if faults:
        told = [replace(fault, place=place) for fault in faults]
        raise EvidenceError("scoring.faulty_figures", place=place, faults=told)
    return Figures(
        framework=framework,
        ratees=ratees,
        names=_names(cells, ratees),
        factors=tuple(ids),
        factor_value=value,
        factor_se=np.where(np.isnan(value), nan, se),
    )


def _cells(table: Table) -> dict[str, list[Any]]:
    if not isinstance(table, Mapping):
        return {name: table.get_column(name).to_list() for name in table.columns}
    return {str(name): _listed(column) for name, column in table.items()}


def _listed(column: object) -> list[Any]:
    if isinstance(column, (str, bytes)) or not isinstance(column, (Sequence, np.ndarray)):
        return [column]
    return list(column)


def _n_rows(cells: Mapping[str, list[Any]]) -> int:
    lengths = {name: len(column) for name, column in cells.items()}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{name} {n}" for name, n in lengths.items())
        raise ScoringError("scoring.uneven_columns", lengths=shown)
    n = next(iter(lengths.values()))
    if n == 0:
        raise ScoringError("scoring.no_rows")
    return n


def _figure_columns(
    cells: Mapping[str, list[Any]], framework: Framework
) -> tuple[list[_Column], list[Fault]]:
    names = names_of_factors(framework)
    columns: list[_Column] = []
    faults: list[Fault] = []
    for name in cells:
        stem = plain_name(name)
        holds_errors = stem.endswith("_se")
        stem = stem.removesuffix("_se")
        if stem in names:
            column = _Column(name, names[stem], holds_errors)
            if any(one[1:] == column[1:] for one in columns):
                fields = {"factor": column.factor}
                faults.append(Fault("scoring.factor_twice", PLACE, HEADER, name, fields=fields))
            else:
                columns.append(column)
        elif near := get_close_matches(stem, [factor.id for factor in framework.factors], 1, SLIP):
            faults.append(Fault("scoring.misspelt_column", PLACE, HEADER, name, fields={"near": near[0]}))
    return columns, faults


def _numbers(cells: Sequence[Any], column: _Column) -> tuple[list[float], list[Fault]]:
    numbers, faults = [], []
    for row, cell in enumerate(cells, HEADER + 1):
        number, code = _number(cell, holds_errors=column.holds_errors)
        numbers.append(number)
        if code:
            faults.append(Fault(code, PLACE, row, column.name, str(cell)))
    return numbers, faults


def _number(cell: Any, *, holds_errors: bool) -> tuple[float, str | None]:
    """The number in a cell, NaN where there is none, and what is wrong with it."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return nan, None
    try:
        number = float(cell)
    except (TypeError, ValueError):
        return nan, "scoring.figure_is_no_number"
    if isnan(number):
        return nan, None
    if holds_errors:
        fine = isfinite(number) and number >= 0
        return number, None if fine else "scoring.error_out_of_range"
    return number, None if 0 <= number <= 100 else "scoring.figure_out_of_range"


def _ratees(cells: Mapping[str, list[Any]], n: int) -> tuple[tuple[str, ...], list[Fault]]:
    if "ratee" not in cells:
        return tuple(str(row) for row in range(1, n + 1)), []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for row, cell in enumerate(cells["ratee"], HEADER + 1):
        ratee = "" if cell is None else str(cell)
        if not ratee.strip():
            faults.append(Fault("scoring.ratee_missing", PLACE, row, "ratee"))
        elif ratee in seen:
            faults.append(
                Fault("scoring.ratee_twice", PLACE, row, "ratee", ratee, fields={"first": seen[ratee]})
            )
        else:
            seen[ratee] = row
    return tuple(seen), faults


def _names(cells: Mapping[str, list[Any]], ratees: Sequence[str]) -> dict[str, str]:
    given = cells.get("name", [None] * len(ratees))
    return {ratee: str(name) if name else ratee for ratee, name in zip(ratees, given, strict=True)}


def _without_errors(columns: Sequence[_Column], ids: Sequence[str], value: Any, se: Any) -> Iterator[Fault]:
    """Figures without a standard error where others have one: an interval would count them as exact."""
    if np.isnan(se).all():
        return
    named = {column.factor: column.name for column in columns if not column.holds_errors}
    for p, f in np.argwhere(np.isfinite(value) & np.isnan(se)):
        name = named[ids[f]]
        yield Fault(
            "scoring.error_missing", PLACE, int(p) + HEADER + 1, name, fields={"error_column": f"{name}_se"}
        )
