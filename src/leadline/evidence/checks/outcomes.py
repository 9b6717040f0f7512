"""Rules of the outcomes table."""

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
    rows_where,
)
from leadline.evidence.findings import Findings
from leadline.evidence.rules import Rules


def check(columns: Columns, rules: Rules, findings: Findings) -> dict[str, pl.Series]:
    """Note every fault; returns the columns with defaults filled in."""
    item, target, baseline = columns["item"], columns["target"], columns["baseline"]
    check_known(item, rules.outcomes, "evidence.unknown_outcome", findings, framework=rules.name)
    check_cycle(columns["cycle"], findings)
    check_repeated(columns, Codes(columns), findings)
    judged = item.is_not_null() if rules.needs_target is None else item.is_in(list(rules.needs_target))
    for column in (target, baseline):
        if not findings.lacks(column.name):
            empty = np.setdiff1d(rows_where(judged & column.is_null()), findings.cells(column.name))
            findings.of_rows("evidence.empty_cell", column.name, empty)
    findings.of_rows("evidence.no_span", "target", rows_where(judged & (target == baseline)), target)
    return {**columns, "weight": check_positive(columns["weight"], findings)}
