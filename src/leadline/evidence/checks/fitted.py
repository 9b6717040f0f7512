"""Faults of any table of ratings, whatever its columns are called."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from leadline.errors import Fault
from leadline.evidence.checks.common import combine, earlier_rows, rows_where
from leadline.evidence.columns import as_numbers, as_text, as_whole, value_codes
from leadline.evidence.findings import Findings
from leadline.evidence.frames import Frame


def rating_faults(
    table: Frame,
    *,
    elements: Sequence[str],
    rating: str,
    weight: str | None = None,
    place: str = "ratings",
) -> tuple[Fault, ...]:
    """Every fault of a table that is to be fitted.

    Parameters
    ----------
    table : polars.DataFrame, N rows
    elements : sequence of str
        Columns that say who and what: filled wherever there is a rating, no combination twice.
    rating, weight : str
        Columns of whole and of positive numbers; rows without a rating are not looked at.
    place : str
        How faults call the table.

    Returns
    -------
    tuple of Fault
        In the order of rows, the header being row 1.

    Examples
    --------
    >>> from leadline.evidence.frames import frame
    >>> table = frame({"ratee": ["ada", None], "item": ["i", "i"], "rating": ["good", "4"]})
    >>> faults = rating_faults(table, elements=["ratee", "item"], rating="rating")
    >>> [(fault.code, fault.row, fault.column) for fault in faults]
    [('evidence.not_a_number', 2, 'rating'), ('evidence.empty_cell', 3, 'ratee')]
    """
    findings = Findings("ratings", place, table.height)
    given = table.get_column(rating)
    ratings = as_whole(given)
    for code, at in ratings.wrong.items():
        # NaN stands for a rating that is missing, as an empty cell does.
        if code != "evidence.nan_value":
            findings.of_rows(code, rating, at, given)
    rated = ratings.values.is_not_null()
    if weight is not None:
        column = table.get_column(weight)
        weights = as_numbers(column)
        for code, at in weights.wrong.items():
            findings.of_rows(code, weight, at[rated.to_numpy()[at]], column)
        findings.of_rows("evidence.not_positive", weight, rows_where(rated & (weights.values <= 0)), column)
        findings.of_rows("evidence.empty_cell", weight, rows_where(rated & column.is_null()))
    text = [as_text(table.get_column(name)) for name in elements]
    whole = rated
    for name, column in zip(elements, text, strict=True):
        findings.of_rows("evidence.empty_cell", name, rows_where(rated & column.is_null()))
        whole = whole & column.is_not_null()
    kept = np.flatnonzero(whole.to_numpy())
    codes = [value_codes(column.gather(kept)) for column in text]
    again, first = earlier_rows(combine(codes)) if codes else (kept[:0], kept[:0])
    at = kept[again]
    findings.of_rows(
        "evidence.repeated_elements",
        elements[0],
        at,
        text[0],
        lambda index, _value: {
            "first": findings.row(kept[first[np.searchsorted(at, index)]]),
            "columns": ", ".join(elements),
        },
    )
    return findings.faults()
