"""The table a person reads: one line a data set and program, beside Leadline of the same run."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import fmean, median

from benchmarks.engine.record import Record

HEAD = (
    "data", "program", "prepare", "seconds", "first", "x marginal", "x joint", "MB", "RMSE", "scaled",
    "severity", "sd ratio", "cover 90", "halo", "converged", "outcome",
)  # fmt: skip


def table(records: Sequence[Record]) -> str:
    """Lines of columns, in the order of the records; the median over seeds of times, the mean of the rest."""
    groups: dict[tuple[str, str, str], list[Record]] = {}
    for row in records:
        groups.setdefault((row.data, row.peer, row.method), []).append(row)
    return columns([HEAD, *(_row(groups, *key) for key in groups)])


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells as lines: figures to the right, words to the left."""
    turned = list(zip(*rows, strict=True))
    widths = [max(map(len, column)) for column in turned]
    figures = [all(cell[:1].isdigit() or not cell for cell in column[1:]) for column in turned]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if is_figure else cell.ljust(width)
            for cell, width, is_figure in zip(row, widths, figures, strict=True)
        ).rstrip()
        for row in rows
    )


def _row(
    groups: dict[tuple[str, str, str], list[Record]], data: str, peer: str, method: str
) -> tuple[str, ...]:
    its = groups[data, peer, method]
    seconds, first = _median(row.seconds for row in its), _median(row.first_seconds for row in its)
    ratios = [
        seconds / _median(row.seconds for row in groups.get((data, "Leadline", own), ()))
        for own in ("marginal", "joint")
    ]
    figures = [
        _shown(_mean(getattr(row, name) for row in its), digits)
        for name, digits in (
            ("peak_mb", 0),
            ("theta_rmse", 4),
            ("theta_rmse_scaled", 4),
            ("severity_rmse", 4),
            ("sd_ratio", 3),
            ("coverage", 3),
            ("halo_sd", 3),
        )
    ]
    said = {
        name: ", ".join(sorted({getattr(row, name) for row in its} - {""}))
        for name in ("converged", "outcome")
    }
    program = f"{peer} {method} {its[0].version}".rstrip()
    prepared = _median(row.prepare_seconds for row in its)
    times = (
        _shown(prepared, 3),
        _shown(seconds, 3),
        _shown(first, 3),
        *(_shown(ratio, 1) for ratio in ratios),
    )
    return (data, program, *times, *figures, *said.values())


def _median(values: Iterable[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return median(known) if known else math.nan


def _mean(values: Iterable[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return fmean(known) if known else math.nan


def _shown(value: float, digits: int) -> str:
    return "" if math.isnan(value) else f"{value:,.{digits}f}"
