"""A scorecard on the terminal: the ranking, and what a reader must know of it."""

from __future__ import annotations

from math import isnan

import click

from leadline.cli.speech import manner, say
from leadline.cli.tables import chance, number, print_table, span
from leadline.workflows import Scorecard, described


def print_ranking(scorecard: Scorecard, most: int | None = None) -> None:
    """Print people in the order of the ranking, best first.

    Parameters
    ----------
    scorecard : Scorecard
    most : int, optional
        Rows to print; otherwise all.
    """
    language = manner().language
    bands = {band.id: band.title[language] for band in scorecard.framework.bands}
    order = [p for _, p in sorted((r, p) for p, r in enumerate(scorecard.rank) if not isnan(r))]
    order += [p for p, r in enumerate(scorecard.rank) if isnan(r)]
    headings = [
        say("table.rank"),
        say("table.person"),
        say("table.id"),
        say("table.score"),
        say("table.interval", level=f"{scorecard.level:.0%}"),
        say("table.ranks"),
        say("table.p_best"),
        say("table.p_top", k=scorecard.k),
        say("table.band"),
    ]
    rows = []
    for p in order[:most]:
        is_marked = scorecard.partial[p] and not isnan(scorecard.overall[p])
        partial = say("ranking.partial_mark") if is_marked else ""
        rows.append(
            [
                number(scorecard.rank[p], 0),
                scorecard.names.get(scorecard.ratees[p], scorecard.ratees[p]),
                scorecard.ratees[p],
                number(scorecard.overall[p]) + partial,
                span(scorecard.lower[p], scorecard.upper[p]),
                span(scorecard.rank_lower[p], scorecard.rank_upper[p], 0),
                chance(scorecard.p_best[p]),
                chance(scorecard.p_top[p]),
                bands.get(scorecard.band[p] or "", ""),
            ]
        )
    print_table(headings, rows, numbers=(0, 3, 4, 5, 6, 7), spare=(8, 6))
    if most is not None and len(order) > most:
        click.echo(say("ranking.more", n=len(order) - most))
    if any(scorecard.partial[p] for p in order[:most]):
        click.echo(say("ranking.partial"))


def print_notices(scorecard: Scorecard) -> None:
    """Print what a reader must know, each remark once."""
    language = manner().language
    notices = (*scorecard.measures.notices, *scorecard.notices)
    for text in dict.fromkeys(described(notice, scorecard.framework, language) for notice in notices):
        click.echo(say("notice", text=text))
