"""Tables on standard output, as wide as the terminal and aligned in Chinese too."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from math import isnan

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from leadline.cli.speech import width_of

_WIDE, _GAP = 10_000, 2


def console() -> Console:
    """Standard output; where it is no terminal nothing is cut to a width."""
    return Console(
        file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else _WIDE, soft_wrap=False
    )


def print_table(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    title: str = "",
    numbers: Sequence[int] = (),
    spare: Sequence[int] = (),
) -> None:
    """Print a table.

    Parameters
    ----------
    headings : sequence of str
    rows : sequence of sequence of str
        As many texts in each as there are headings.
    title : str
        A line above the table.
    numbers : sequence of int
        Columns that are set flush right and never broken.
    spare : sequence of int
        Columns to leave out, the first one first, where the terminal is too narrow for all.
    """
    output = console()
    shown = _fitting(headings, rows, list(spare), output.width)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, _GAP - 1, 0, 0))
    for position in shown:
        is_number = position in numbers
        table.add_column(
            headings[position], justify="right" if is_number else "left", no_wrap=is_number, overflow="fold"
        )
    for row in rows:
        # Names and ids come from files: brackets in them are text, not style.
        table.add_row(*(Text(row[position]) for position in shown))
    with output.capture() as captured:
        if title:
            output.print(Text(title, style="bold"))
        output.print(table)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()).strip("\n"))
    click.echo()


def _fitting(
    headings: Sequence[str], rows: Sequence[Sequence[str]], spare: list[int], width: int
) -> list[int]:
    shown = list(range(len(headings)))
    widths = [max(width_of(text) for text in column) for column in zip(headings, *rows, strict=True)]
    while spare and sum(widths[position] + _GAP for position in shown) + 1 > width:
        shown.remove(spare.pop(0))
    return shown


def number(value: float | None, digits: int = 1) -> str:
    """A number, or a dash where it is missing.

    Examples
    --------
    >>> number(71.26), number(float("nan")), number(None)
    ('71.3', '-', '-')
    """
    return "-" if value is None or isnan(value) else f"{value:.{digits}f}"


def span(lower: float, upper: float, digits: int = 1) -> str:
    """An interval, or a dash where it is missing.

    Examples
    --------
    >>> span(1.25, 3), span(-1.25, 3), span(float("nan"), 3)
    ('1.2–3.0', '-1.2 … 3.0', '-')
    """
    if isnan(lower):
        return "-"
    return f"{number(lower, digits)}{'–' if lower >= 0 else ' … '}{number(upper, digits)}"


def chance(p: float) -> str:
    """A probability in two digits; never 0 or 1, of which draws cannot be sure.

    Examples
    --------
    >>> chance(0.5), chance(1.0), chance(0.001), chance(float("nan"))
    ('0.50', '>0.99', '<0.01', '-')
    """
    return ">0.99" if p > 0.995 else "<0.01" if p < 0.005 else number(p, 2)
