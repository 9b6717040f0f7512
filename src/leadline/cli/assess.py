"""``leadline assess``: from a folder of tables to a folder of scores and reports."""

from __future__ import annotations

from typing import Any

import click

from leadline.cli.output import write_document
from leadline.cli.progress import watched
from leadline.cli.ranking import print_notices, print_ranking
from leadline.cli.speech import manner, say
from leadline.workflows import assess

MOST_ROWS = 20


def run(*, source: str, out: str, top: int | None, **options: Any) -> None:
    """Assess, then print the head of the ranking and where the rest is."""
    how = manner()
    with watched() as progress:
        result = assess(source, out, top_k=top, language=how.language, progress=progress, **options)
    if how.as_json:
        write_document(result.to_json(how.language))
        return
    print_ranking(result.scorecard, MOST_ROWS)
    print_notices(result.scorecard)
    if result.rejected is not None:
        click.echo(say("assess.rejected", n=result.n_rejected, path=result.rejected))
    if options["rater_key"] is not None:
        click.echo(say("assess.key", path=options["rater_key"]))
    click.echo(say("assess.written", n=len(result.files), path=result.out))
    click.echo(say("assess.report", path=result.report))
