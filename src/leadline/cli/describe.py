"""``leadline describe``: what is in a source."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

import click

from leadline.cli.failures import fault_lines
from leadline.cli.output import write_document
from leadline.cli.progress import watched
from leadline.cli.speech import manner, say
from leadline.cli.tables import number, print_table
from leadline.workflows import Description, describe_source

MOST_VALUES = 10


def run(*, source: str, query: str | None) -> None:
    """Print what is in a source."""
    with watched() as progress:
        found = describe_source(source, query=query, progress=progress)
    if manner().as_json:
        write_document(found.to_json(manner().language))
        return
    counts = say("joint").join(say("describe.rows", table=table, n=n) for table, n in found.n_rows.items())
    click.echo(say("describe.place", place=found.place, counts=counts))
    if found.cycles:
        click.echo(say("describe.cycles", cycles=say("joint").join(found.cycles)))
    _print_columns(found)
    if found.relationships:
        _print_relationships(found)
        _print_connection(found)
    _print_faults(found)


def _print_columns(found: Description) -> None:
    headings = ("column", "kind", "filled", "missing", "distinct", "mean", "sd", "min", "max")
    for table in found.n_rows:
        columns = [one for one in found.columns if one.table == table]
        rows = [
            [
                one.column,
                say(f"describe.kind.{one.kind}"),
                *(str(n) for n in (one.n, one.missing, one.distinct)),
                number(one.mean, 2),
                number(one.sd, 2),
                *("-" if isnan(x) else f"{x:g}" for x in (one.min, one.max)),
            ]
            for one in columns
        ]
        title = table if len(found.n_rows) > 1 else ""
        print_table([say(f"table.{name}") for name in headings], rows, title=title, numbers=range(2, 9))
        listed = [[one.column, _values(one.categories)] for one in columns if one.categories]
        if listed:
            print_table([say("table.column"), say("table.values")], listed)


def _values(categories: Sequence[tuple[str, int]]) -> str:
    shown = "  ".join(f"{label}: {n}" for label, n in categories[:MOST_VALUES])
    left = len(categories) - MOST_VALUES
    return shown if left <= 0 else f"{shown}  {say('describe.more_values', n=left)}"


def _print_relationships(found: Description) -> None:
    headings = ("cycle", "relationship", "ratees", "raters", "ratings", "not_observed", "mean")
    rows = [
        [
            one.cycle or "",
            one.relationship,
            *(str(n) for n in (one.n_ratees, one.n_raters, one.n_ratings, one.n_missing)),
            number(one.mean, 2),
        ]
        for one in found.relationships
    ]
    print_table([say(f"table.{name}") for name in headings], rows, numbers=range(2, 7))


def _print_connection(found: Description) -> None:
    if found.n_subsets == 1:
        click.echo(say("describe.connected"))
    elif found.n_subsets:
        largest = found.subsets[0]
        click.echo(say("describe.apart", n=found.n_subsets, ratees=largest.n_ratees, raters=largest.n_raters))


def _print_faults(found: Description) -> None:
    if not found.faults:
        return
    click.echo(say("describe.faults", n=len(found.faults)))
    for line in fault_lines(found.faults):
        click.echo(line)
