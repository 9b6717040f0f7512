"""``leadline demo``: the example organisation, in the web application or assessed from files."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

from leadline.cli.opening import open_once_up, open_page
from leadline.cli.output import write_document
from leadline.cli.progress import watched
from leadline.cli.ranking import print_notices, print_ranking
from leadline.cli.speech import manner, say
from leadline.workflows import demo


def run(*, port: int, no_browser: bool, data: str, fresh: bool, report: bool, out: str, seed: int) -> int:
    """Serve the example organisation; with ``report`` or as JSON, assess its tables instead."""
    if report or manner().as_json:
        _assessed(out, seed, no_browser=no_browser)
        return 0

    def announce(url: str, place: Path) -> None:
        click.echo(say("serve.address", url=url))
        click.echo(say("serve.stop", data=place))
        if not no_browser:
            open_once_up(url)

    # By name: the two faces do not import each other, and Django loads for this command alone.
    demonstrate = import_module("leadline.web.project.demonstration").demonstrate
    building = say("demo.building")
    return int(
        demonstrate(port=port, data=data, fresh=fresh, build=lambda: click.echo(building), announce=announce)
    )


def _assessed(out: str, seed: int, *, no_browser: bool) -> None:
    """Write and assess the tables, print the ranking, open the report."""
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
    if not no_browser and not open_page(report.as_uri()):
        click.echo(say("demo.no_browser"))
