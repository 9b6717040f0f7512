"""Rules of the responses table."""

from __future__ import annotations

import numpy as np
import polars as pl

from leadline.evidence.checks.common import (
    Codes,
    Columns,
    check_cycle,
    check_known,
    check_repeated,
    rows_where,
)
from leadline.evidence.columns import as_numbers
from leadline.evidence.findings import Findings
from leadline.evidence.rules import Rules
from leadline.frameworks import ExamItem


def check(columns: Columns, rules: Rules, findings: Findings) -> dict[str, pl.Series]:
    """Note every fault; returns the columns. An empty response is an answer not given."""
    check_known(columns["item"], rules.exam, "evidence.unknown_exam_item", findings, framework=rules.name)
    check_cycle(columns["cycle"], findings)
    check_repeated(columns, Codes(columns), findings)
    seconds = columns["seconds"]
    findings.of_rows("evidence.negative_value", "seconds", rows_where(seconds < 0), seconds)
    for item in columns["item"].unique().drop_nulls().to_list():
        if rules.exam is not None and item in rules.exam:
            _check_answers(columns, rules.exam[item], findings)
    return dict(columns)


def _check_answers(columns: Columns, item: ExamItem, findings: Findings) -> None:
    response = columns["response"]
    at = rows_where((columns["item"] == item.id) & response.is_not_null())
    answers = response.gather(at)
    if item.options:
        strange = ~answers.is_in(list(item.options))
        allowed = ", ".join(item.options)
        findings.of_rows(
            "evidence.option_not_offered",
            "response",
            at[_mask(strange)],
            response,
            item=item.id,
            allowed=allowed,
        )
    elif item.key is None:
        scores = as_numbers(answers).values
        fits = ((scores >= 0) & (scores <= item.max_score)).fill_null(value=False)
        findings.of_rows(
            "evidence.response_off_scale",
            "response",
            at[_mask(~fits)],
            response,
            item=item.id,
            high=item.max_score,
        )


def _mask(mask: pl.Series) -> np.ndarray:
    return mask.fill_null(value=False).to_numpy()
