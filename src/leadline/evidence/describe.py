"""Describing a source: counts, means, spread, missing, categories, who rates whom, connectedness."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import nan

import numpy as np
import polars as pl

from leadline.errors import EvidenceError
from leadline.evidence.checks.table import blank_rows, check_table
from leadline.evidence.columns import as_numbers, as_text, distinct_codes, is_plain
from leadline.evidence.connect import components
from leadline.evidence.description import (
    ColumnDescription,
    ColumnKind,
    Description,
    RelationshipCount,
    Subset,
)
from leadline.evidence.model import Evidence, cycles_of
from leadline.evidence.read import Source, check_cycles_named, raw_tables
from leadline.evidence.rules import Rules
from leadline.evidence.sources.raw import RawTable
from leadline.evidence.tables import MEASURED, TABLES

_FEW = 20
_SECRET_KINDS = ("id", "private")


def describe(source: Source | Evidence | Mapping[str, Source]) -> Description:
    """What is in a source: an evidence directory, any table, or evidence already read.

    Parameters
    ----------
    source : path, str, dataframe, mapping of table to source, or Evidence
        Anything that `read_evidence` or `read_table` reads.

    Returns
    -------
    Description
        Of every table as it was read; who rates whom and connectedness of the ratings without faults.

    Raises
    ------
    SourceError
        The source is not there or does not answer.
    EvidenceError
        Nothing of it can be read.

    Examples
    --------
    >>> ratings = {"ratee": ["ada", "lin"], "rater": ["bo", "bo"], "item": ["i", "i"], "rating": [4, 2]}
    >>> found = describe({"ratings": ratings})
    >>> found.n_rows["ratings"], found.n_subsets, found.relationships[0].relationship
    (2, 1, 'peer')
    >>> [(column.column, column.mean) for column in found.columns if column.kind == "whole"]
    [('rating', 3.0)]
    """
    if isinstance(source, Evidence):
        raws = {name: RawTable(table, source.places.get(name, name)) for name, table in source.tables.items()}
        place, faults = ", ".join(raw.place for raw in raws.values()), list(source.faults)
    else:
        raws, faults, place = raw_tables(source, only_evidence=False)
    if not raws:
        raise EvidenceError("evidence.unusable", place=place, faults=faults)
    evidence = {name: raw for name, raw in raws.items() if name in TABLES}
    checked = {name: check_table(raw, name, Rules()) for name, raw in evidence.items()}
    check_cycles_named(checked)
    frames = {name: _filled(name, raw.frame) for name, raw in raws.items()}
    told = [fault for one in checked.values() for fault in one.findings.faults()]
    unread = [fault for name, raw in raws.items() if name not in TABLES for fault in raw.faults]
    has_pairs = "ratings" in checked and not checked["ratings"].findings.whole
    ratings = checked["ratings"].good if has_pairs else None
    return Description(
        place=place,
        n_rows={name: frame.height for name, frame in frames.items()},
        columns=tuple(_column(name, column) for name, frame in frames.items() for column in frame),
        cycles=cycles_of(one.frame for name, one in checked.items() if name in MEASURED),
        relationships=() if ratings is None else _relationships(ratings),
        subsets=() if ratings is None else _subsets(ratings),
        faults=(*faults, *told, *unread),
    )


def _filled(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The rows that are not empty; of a single column of some other table every row is a value."""
    return frame.filter(~blank_rows(frame)) if table in TABLES or frame.width > 1 else frame


def _column(table: str, series: pl.Series) -> ColumnDescription:
    known = {column.name: column.kind for column in TABLES.get(table, ())}
    kind = known.get(series.name, "text")
    if not is_plain(series.dtype):
        missing = series.null_count()
        return ColumnDescription(
            table=table,
            column=series.name,
            kind="other",
            n=len(series) - missing,
            missing=missing,
            distinct=0,
        )
    text = as_text(series)
    missing = text.null_count()
    distinct = text.unique().drop_nulls()
    is_secret = kind in _SECRET_KINDS or table == "groups"
    column_kind, figures = ("text", {}) if is_secret else _figures(text)
    return ColumnDescription(
        table=table,
        column=series.name,
        kind=column_kind,
        n=len(text) - missing,
        missing=missing,
        distinct=len(distinct),
        categories=() if is_secret or len(distinct) > _FEW else _categories(text, column_kind),
        **figures,
    )


def _figures(text: pl.Series) -> tuple[ColumnKind, dict[str, float]]:
    """Kind of a column, and its mean, standard deviation and extremes where it is numbers."""
    if text.null_count() == len(text):
        return "empty", {}
    found = as_numbers(text)
    if found.wrong:
        return "text", {}
    numbers = found.values
    figures = {"mean": numbers.mean(), "sd": numbers.std(), "min": numbers.min(), "max": numbers.max()}
    is_whole = bool((numbers.drop_nulls() % 1 == 0).all())
    return "whole" if is_whole else "number", {
        name: nan if value is None else float(value)  # type: ignore[arg-type]  # a number by construction
        for name, value in figures.items()
    }


def _categories(text: pl.Series, kind: ColumnKind) -> tuple[tuple[str, int], ...]:
    counted = Counter(dict(text.drop_nulls().value_counts().rows()))
    by_value = kind in ("whole", "number")
    return tuple(sorted(counted.items(), key=lambda pair: (float(pair[0]) if by_value else 0.0, pair[0])))


def _relationships(ratings: pl.DataFrame) -> tuple[RelationshipCount, ...]:
    grouped = ratings.group_by("relationship", "cycle").agg(
        n_ratees=pl.col("ratee").n_unique(),
        n_raters=pl.col("rater").n_unique(),
        n_ratings=pl.col("rating").count(),
        n_missing=pl.col("rating").null_count(),
        mean=pl.col("rating").mean().fill_null(nan),
    )
    ordered = grouped.sort("cycle", "relationship", nulls_last=False)
    return tuple(RelationshipCount(**row) for row in ordered.iter_rows(named=True))


def _subsets(ratings: pl.DataFrame) -> tuple[Subset, ...]:
    observed = ratings.filter(pl.col("rating").is_not_null() & (pl.col("ratee") != pl.col("rater")))
    ratee, ratees = distinct_codes(observed.get_column("ratee"))
    rater, raters = distinct_codes(observed.get_column("rater"))
    n_ratees, n_nodes = len(ratees), len(ratees) + len(raters)
    label = components(ratee, rater + n_ratees, n_nodes)
    sizes = [
        np.bincount(part, minlength=n_nodes) for part in (label[:n_ratees], label[n_ratees:], label[ratee])
    ]
    found = [
        Subset(n_ratees=int(a), n_raters=int(b), n_ratings=int(n))
        for a, b, n in zip(*sizes, strict=True)
        if n
    ]
    return tuple(sorted(found, key=lambda one: (-one.n_ratings, -one.n_ratees, -one.n_raters)))
