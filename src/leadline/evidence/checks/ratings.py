"""Rules of the ratings table."""

from __future__ import annotations

import numpy as np
import polars as pl

from leadline.evidence.checks.common import (
    Columns,
    check_cycle,
    check_known,
    check_positive,
    check_repeated,
    combine,
    rows_where,
)
from leadline.evidence.columns import Rows, distinct_codes
from leadline.evidence.findings import Findings
from leadline.evidence.rules import Rules


def check(columns: Columns, rules: Rules, findings: Findings) -> dict[str, pl.Series]:
    """Note every fault; returns the columns with defaults filled in."""
    check_known(columns["item"], rules.items, "evidence.unknown_item", findings, framework=rules.name)
    _check_scale(columns["rating"], rules, findings)
    check_cycle(columns["cycle"], findings)
    check_repeated(columns, findings)
    relationship = _check_relationship(columns, rules, findings)
    weight = check_positive(columns["weight"], findings)
    return {**columns, "relationship": relationship, "weight": weight}


def _check_scale(rating: pl.Series, rules: Rules, findings: Findings) -> None:
    if rules.scale is None:
        return
    low, high = rules.scale
    off = rows_where((rating < low) | (rating > high))
    findings.of_rows("evidence.rating_off_scale", "rating", off, rating, low=low, high=high)


def _check_relationship(columns: Columns, rules: Rules, findings: Findings) -> pl.Series:
    given = columns["relationship"]
    allowed = ", ".join(rules.relationships)
    strange = check_known(
        given, rules.relationships, "evidence.unknown_relationship", findings, allowed=allowed
    )
    is_self = (columns["ratee"] == columns["rater"]).fill_null(value=False)
    filled = given
    if given.null_count():
        default = pl.select(
            pl.when(is_self).then(pl.lit("self")).otherwise(pl.lit("peer")).alias("relationship")
        ).to_series()
        filled = given.fill_null("").zip_with(given.is_not_null(), default)
    says_self = filled == "self"
    as_other = np.setdiff1d(rows_where(is_self & ~says_self), strange)
    by_other = rows_where(
        ~is_self & says_self & columns["ratee"].is_not_null() & columns["rater"].is_not_null()
    )
    findings.of_rows("evidence.self_as_other", "relationship", as_other, given)
    findings.of_rows("evidence.self_by_other", "relationship", by_other, given)
    doubtful = np.concatenate([strange, as_other, by_other])
    _check_pairs({**columns, "relationship": filled}, doubtful, findings)
    return filled


def _check_pairs(columns: Columns, doubtful: Rows, findings: Findings) -> None:
    """One relationship between a ratee and a rater in a cycle: that of the first row stands."""
    coded = [distinct_codes(columns[name]) for name in ("ratee", "rater", "cycle")]
    codes, labels = distinct_codes(columns["relationship"])
    pairs = combine([(column, len(names)) for column, names in coded])
    if doubtful.size == 0 and _n_distinct(pairs) == _n_distinct(pairs * len(labels) + codes):
        return
    whole = (coded[0][0] >= 0) & (coded[1][0] >= 0)
    whole[doubtful] = False
    table = pl.DataFrame({"pair": pairs, "relationship": columns["relationship"], "kept": whole})
    table = table.with_row_index("at").filter("kept")
    other = table.with_columns(
        first=pl.col("relationship").first().over("pair"), first_at=pl.col("at").first().over("pair")
    ).filter(pl.col("relationship") != pl.col("first"))
    firsts = {at: (first, at_first) for at, first, at_first in other.select("at", "first", "first_at").rows()}
    findings.of_rows(
        "evidence.two_relationships",
        "relationship",
        other.get_column("at").to_numpy().astype(np.int64),
        columns["relationship"],
        lambda index, _value: {"other": firsts[index][0], "first": findings.row(firsts[index][1])},
    )


def _n_distinct(key: np.ndarray) -> int:
    return pl.Series(key).n_unique()
