"""``leadline demo``: the example organisation, assessed, its report opened."""

from __future__ import annotations

import os
import sys
import webbrowser

import click

from leadline.cli.output import write_document
from leadline.cli.progress import watched
from leadline.cli.ranking import print_notices, print_ranking
from leadline.cli.speech import manner, say
from leadline.workflows import demo

_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")


def run(*, out: str, no_browser: bool, seed: int) -> None:
    """Write and assess the example, print the ranking, open the report."""
    how = manner()
    with watched() as progress:
        result = demo(out, language=how.language, seed=seed, progress=progress)
    report = result.assessment.report.resolve()
    if how.as_json:
        write_document({"evidence": result.evidence, **result.assessment.to_json(how.language)})
        return
    print_ranking(result.assessment.scorecard)
    print_notices(result.assessment.scorecard)
    click.echo(say("demo.evidence", path=result.evidence))
    click.echo(say("assess.report", path=report))
    if not no_browser and not _open(report.as_uri()):
        click.echo(say("demo.no_browser"))


def _open(address: str) -> bool:
    if sys.platform not in ("win32", "darwin") and not any(map(os.environ.get, _SCREENS)):
        # Without a screen the standard library would start a browser for terminals and wait for it to end.
        return False
    try:
        return webbrowser.open(address)
    except webbrowser.Error:
        return False
