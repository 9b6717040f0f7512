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


def check(columns: Columns, rules: Rules, findings: Findings) -> dict[str, pl.Series]:
    """Note every fault; returns the columns. An empty response is an answer not given."""
    check_known(columns["item"], rules.exam, "evidence.unknown_exam_item", findings, framework=rules.name)
    check_cycle(columns["cycle"], findings)
    check_repeated(columns, Codes(columns), findings)
    seconds = columns["seconds"]
    findings.of_rows("evidence.negative_value", "seconds", rows_where(seconds < 0), seconds)
    _check_options(columns, rules, findings)
    _check_scores(columns, rules, findings)
    return dict(columns)


def _check_options(columns: Columns, rules: Rules, findings: Findings) -> None:
    """An answer to a question with options is one of them. Cost: one join for all questions."""
    options = {item.id: list(item.options) for item in (rules.exam or {}).values() if item.options}
    pairs = [(item, option) for item, offered in options.items() for option in offered]
    offered = pl.DataFrame(pairs, schema={"item": pl.String, "response": pl.String}, orient="row")
    answers = pl.DataFrame([columns["item"], columns["response"]]).with_row_index("at")
    asked = answers.filter(pl.col("item").is_in(list(options)) & pl.col("response").is_not_null())
    strange = asked.join(offered, on=["item", "response"], how="anti").get_column("at")
    findings.of_rows(
        "evidence.option_not_offered",
        "response",
        strange.sort().to_numpy().astype(np.int64),
        columns["response"],
        lambda at, _value: {"item": columns["item"][at], "allowed": ", ".join(options[columns["item"][at]])},
    )


def _check_scores(columns: Columns, rules: Rules, findings: Findings) -> None:
    """An answer scored by hand is a number from 0 to the most that the question gives."""
    most = {
        item.id: float(item.max_score)
        for item in (rules.exam or {}).values()
        if not item.options and item.key is None
    }
    high = columns["item"].replace_strict(most, default=None, return_dtype=pl.Float64)
    is_scored = high.is_not_null() & columns["response"].is_not_null()
    scores = as_numbers(columns["response"]).values
    fits = ((scores >= 0) & (scores <= high)).fill_null(value=False)
    findings.of_rows(
        "evidence.response_off_scale",
        "response",
        rows_where(is_scored & ~fits),
        columns["response"],
        lambda at, _value: {"item": columns["item"][at], "high": f"{most[columns['item'][at]]:g}"},
    )
