"""``leadline score``: factor scores combined."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from leadline.cli.output import write_document
from leadline.cli.ranking import print_notices, print_ranking
from leadline.cli.speech import manner, say
from leadline.errors import UsageError
from leadline.workflows import score_figures, to_json

SHORT = ("te", "la", "bi", "pg")


def run(*, file: str | None, weights: str | None, **options: Any) -> None:
    """Combine the scores given, or those of a table."""
    given = {name: options.pop(name) for name in SHORT}
    figures: Mapping[str, float] = {name: value for name, value in given.items() if value is not None}
    if (file is None) == (not figures):
        raise UsageError("cli.figures_or_file")
    for name, value in figures.items():
        # As written: NaN is neither below 0 nor above 100.
        if not 0 <= value <= 100:
            raise UsageError("cli.figure_off_scale", option=f"--{name}", value=f"{value:g}")
    scorecard = score_figures(
        file if file is not None else figures,
        weights=None if weights is None else read_weights(weights),
        **options,
    )
    formula = scorecard.formula
    if manner().as_json:
        document = {
            "framework": f"{scorecard.framework.id}@{scorecard.framework.version}",
            "formula": formula.name,
            "rho": formula.rho,
            "weights": dict(zip(scorecard.factors, map(float, scorecard.weights), strict=True)),
            "scores": to_json(scorecard.ranking_frame()),
        }
        write_document(document)
    elif file is None:
        value = float(scorecard.overall[0])
        factors = [factor.title[manner().language] for factor in scorecard.framework.factors]
        text = f"{value:,.0f}" if formula.name == "product" else f"{value:.1f}"
        click.echo(
            say("score.line", score=text, formula=say(f"formula.{formula.name}", rho=f"{formula.rho:g}"))
        )
        if scorecard.partial[0]:
            missing = [
                factor for factor, lacks in zip(factors, scorecard.factor_partial[0], strict=True) if lacks
            ]
            click.echo(say("score.missing", factors=say("joint").join(missing)))
    else:
        print_ranking(scorecard)
        print_notices(scorecard)


def read_weights(text: str) -> dict[str, float]:
    """Weights as typed, such as ``te=.4,la=.3,bi=.2,pg=.1``.

    Parameters
    ----------
    text : str

    Returns
    -------
    dict of factor to float

    Raises
    ------
    UsageError
        A part is not a name, an equals sign and a number.

    Examples
    --------
    >>> read_weights("te=.6, la=.4")
    {'te': 0.6, 'la': 0.4}
    """
    weights: dict[str, float] = {}
    for part in text.split(","):
        name, equals, value = part.partition("=")
        try:
            weights[name.strip()] = float(value)
        except ValueError as error:
            raise UsageError("cli.weights", part=part.strip()) from error
        if not equals or not name.strip():
            raise UsageError("cli.weights", part=part.strip())
    return weights
