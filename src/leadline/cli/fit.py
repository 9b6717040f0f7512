"""``leadline fit``: a many-facet Rasch model on a table of ratings."""

from __future__ import annotations

from typing import Any

import click

from leadline.cli.output import write_document
from leadline.cli.progress import watched
from leadline.cli.speech import manner, say
from leadline.cli.tables import number, print_table
from leadline.workflows import fit_file


def run(*, file: str, out: str, **options: Any) -> None:
    """Fit, then print each facet's spread and reliability and where the rest is."""
    how = manner()
    for column in ("ratee", "rater", "item"):
        if options.pop(f"no_{column}"):
            options[column] = None
    with watched() as progress:
        result = fit_file(file, out, progress=progress, **options)
    fit = result.fit
    if how.as_json:
        write_document({"out": result.out, **fit.to_json()})
        return
    headings = [
        say(f"table.{name}") for name in ("facet", "elements", "ratings", "separation", "reliability")
    ]
    rows = [
        [
            name,
            str(len(facet.elements)),
            str(int(facet.n.sum())),
            number(facet.separation, 2),
            number(facet.reliability, 2),
        ]
        for name, facet in fit.facets.items()
    ]
    print_table(headings, rows, numbers=(1, 2, 3, 4))
    state = "fit.converged" if fit.converged else "fit.not_converged"
    state += {"joint": "", "marginal": "_marginal"}.get(fit.log_likelihood_kind, "_bound")
    click.echo(say(state, n=fit.iterations, log_likelihood=number(fit.log_likelihood, 3)))
    for warning in fit.remarks:
        click.echo(say("notice", text=warning.describe(how.language)))
    click.echo(say("fit.written", path=result.out, files=say("joint").join(result.files)))
