"""From the first thing wrong with a table to all of them, with their rows."""

from __future__ import annotations

from collections.abc import Collection

from leadline.errors import EvidenceError, LeadlineError, MeasurementError
from leadline.evidence import Frame, rating_faults

IN_ROWS = frozenset(
    f"measurement.{name}"
    for name in ("not_a_number", "not_whole", "weight_not_positive", "empty_cells", "duplicate_ratings")
)


def with_rows(
    error: MeasurementError,
    table: Frame,
    *,
    elements: Collection[str],
    rating: str,
    weight: str | None,
    place: str,
) -> LeadlineError:
    """The error to raise: all faults of the rows, where rows are what is wrong.

    Parameters
    ----------
    error : MeasurementError
        The first that was met.
    table : polars.DataFrame
    elements : collection of str
        Columns of the facets.
    rating, weight : str
    place : str

    Returns
    -------
    LeadlineError
        An `EvidenceError` with faults, or the error as it was.
    """
    if error.code not in IN_ROWS:
        return error
    faults = rating_faults(table, elements=tuple(elements), rating=rating, weight=weight, place=place)
    return EvidenceError("measurement.faulty_ratings", place=place, faults=faults) if faults else error
