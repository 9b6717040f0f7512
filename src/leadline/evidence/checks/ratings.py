"""Rules of the ratings table."""

from __future__ import annotations

import numpy as np
import polars as pl

from leadline.evidence.checks.common import (
    Codes,
    Columns,
    check_cycle,
    check_known,
    check_positive,
    check_repeated,
    combine,
    rows_where,
)
from leadline.evidence.columns import Rows, value_codes
from leadline.evidence.findings import Findings
from leadline.evidence.rules import Rules


def check(columns: Columns, rules: Rules, findings: Findings) -> dict[str, pl.Series]:
    """Note every fault; returns the columns with defaults filled in."""
    check_known(columns["item"], rules.items, "evidence.unknown_item", findings, framework=rules.name)
    _check_scale(columns["rating"], rules, findings)
    check_cycle(columns["cycle"], findings)
    codes = Codes(columns)
    check_repeated(columns, codes, findings)
    relationship = _check_relationship(columns, codes, rules, findings)
    weight = check_positive(columns["weight"], findings)
    return {**columns, "relationship": relationship, "weight": weight}


def _check_scale(rating: pl.Series, rules: Rules, findings: Findings) -> None:
    if rules.scale is None:
        return
    low, high = rules.scale
    off = rows_where((rating < low) | (rating > high))
    findings.of_rows("evidence.rating_off_scale", "rating", off, rating, low=low, high=high)


def _check_relationship(columns: Columns, codes: Codes, rules: Rules, findings: Findings) -> pl.Series:
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
    _check_pairs(codes, filled, doubtful, findings)
    return filled


def _check_pairs(codes: Codes, relationship: pl.Series, doubtful: Rows, findings: Findings) -> None:
    """One relationship between a ratee and a rater in a cycle: that of the first row stands."""
    coded = [codes[name] for name in ("ratee", "rater", "cycle")]
    pairs = combine(coded)
    if doubtful.size == 0 and _n_distinct(pairs) == _n_distinct(combine([*coded, value_codes(relationship)])):
        return
    whole = (coded[0][0] >= 0) & (coded[1][0] >= 0)
    whole[doubtful] = False
    table = pl.DataFrame({"pair": pairs, "relationship": relationship, "kept": whole})
    table = table.with_row_index("at").filter("kept")
    other = table.with_columns(
        first=pl.col("relationship").first().over("pair"), first_at=pl.col("at").first().over("pair")
    ).filter(pl.col("relationship") != pl.col("first"))
    at = other.get_column("at").to_numpy().astype(np.int64)

    def fields(index: int, _value: str | None) -> dict[str, object]:
        first, first_at = other.select("first", "first_at").row(int(np.searchsorted(at, index)))
        return {"other": first, "first": findings.row(first_at)}

    findings.of_rows("evidence.two_relationships", "relationship", at, relationship, fields)


def _n_distinct(key: np.ndarray) -> int:
    return pl.Series(key).n_unique()
