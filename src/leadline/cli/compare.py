"""``leadline compare``: people of an earlier assessment, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click

from leadline.cli.output import write_document
from leadline.cli.speech import manner, say
from leadline.cli.tables import chance, number, print_table, span
from leadline.workflows import Comparison, Framework, Pair, compare_among, saved_scorecard


def run(*, out: str, people: Sequence[str], top: int | None) -> None:
    """Print how probable each order is, and where the difference lies."""
    scorecard = saved_scorecard(out)
    found = compare_among(scorecard, people, top=top)
    if manner().as_json:
        write_document(found.to_json())
        return
    level = f"{found.level:.0%}"
    names = dict(zip(found.ratees, found.names, strict=True))
    order = sorted(range(len(found.ratees)), key=lambda p: -found.overall[p])
    print_table(
        [say("table.person"), say("table.id"), say("table.score"), say("table.interval", level=level)],
        [
            [
                found.names[p],
                found.ratees[p],
                number(found.overall[p]),
                span(found.lower[p], found.upper[p]),
            ]
            for p in order
        ],
        numbers=(2, 3),
    )
    if len(found.pairs) > 1:
        _print_pairs(found, names)
    else:
        _print_pair(found.pairs[0], names, level, scorecard.framework)


def _print_pairs(found: Comparison, names: Mapping[str, str]) -> None:
    headings = ("first", "second", "difference", "p_ahead", "verdict")
    rows = [
        [
            names[pair.first],
            names[pair.second],
            number(pair.difference),
            chance(pair.p_greater),
            _verdict(pair),
        ]
        for pair in found.pairs
    ]
    print_table([say(f"table.{name}") for name in headings], rows, numbers=(2, 3))


def _verdict(pair: Pair) -> str:
    return say("compare.ahead" if pair.verdict == "ahead" else "compare.not_apart")


def _print_pair(pair: Pair, names: Mapping[str, str], level: str, framework: Framework) -> None:
    sentence = "compare.is_ahead" if pair.verdict == "ahead" else "compare.are_not_apart"
    click.echo(
        say(
            sentence,
            first=names[pair.first],
            second=names[pair.second],
            difference=number(pair.difference),
            interval=span(pair.lower, pair.upper),
            level=level,
            p=chance(pair.p_greater),
        )
    )
    language = manner().language
    print_table(
        [
            say("table.factor"),
            say("table.difference"),
            say("table.interval", level=level),
            say("table.p_ahead"),
            say("table.contribution"),
        ],
        [
            [
                framework.factor(one.factor).title[language],
                number(one.difference),
                span(one.lower, one.upper),
                chance(one.p_greater),
                number(one.contribution),
            ]
            for one in pair.factors
        ],
        numbers=(1, 2, 3, 4),
    )
