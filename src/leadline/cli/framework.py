"""``leadline framework``: list, show, check and compare frameworks."""

from __future__ import annotations

from collections.abc import Sequence

import click

from leadline.cli.failures import FAILED, FINE
from leadline.cli.output import write_document
from leadline.cli.speech import manner, say, wrapped
from leadline.cli.tables import console, print_table
from leadline.workflows import (
    Framework,
    faults_of_framework,
    framework_changes,
    known_frameworks,
    show_framework,
)

MOST_COLUMNS = 100


def run_list() -> None:
    """Print every framework that can be used."""
    found = known_frameworks()
    language = manner().language
    if manner().as_json:
        write_document(
            [
                {
                    "id": one.id,
                    "version": one.version,
                    "title": one.title[language],
                    "released": one.released,
                    "path": one.path,
                    "is_built_in": one.is_built_in,
                    "factors": one.n_factors,
                    "competencies": one.n_competencies,
                    "items": one.n_items,
                    "profiles": one.profiles,
                    "faults": [fault.to_dict(language) for fault in one.faults],
                }
                for one in found
            ]
        )
        return
    headings = [
        say(f"table.{name}") for name in ("id", "version", "title", "factors", "competencies", "items")
    ]
    rows = [
        [
            one.id,
            one.version,
            one.title[language] if not one.faults else say("framework.faulty", n=len(one.faults)),
            *(str(n) for n in (one.n_factors, one.n_competencies, one.n_items)),
        ]
        for one in found
    ]
    print_table(headings, rows, numbers=(3, 4, 5))


def run_show(framework: str, profiles: Sequence[str]) -> None:
    """Print a framework."""
    shown = show_framework(framework, profiles)
    if manner().as_json:
        write_document(shown.to_json())
        return
    language = manner().language
    applied = f" + {', '.join(shown.applied)}" if shown.applied else ""
    click.echo(f"{shown.title[language]}  {shown.id}@{shown.version}{applied}\n")
    lines = wrapped(shown.description[language], min(console().width, MOST_COLUMNS))
    click.echo("\n".join([*lines, "", f"sha256 {shown.hash}", ""]))
    _show_parts(shown)


def _show_parts(shown: Framework) -> None:
    language = manner().language
    print_table(
        [say("table.factor"), say("table.title"), say("table.weight"), say("table.kinds")],
        [
            [
                factor.id,
                factor.title[language],
                f"{factor.weight:.2f}",
                ", ".join(f"{say(f'kind.{kind}')} {part:.2f}" for kind, part in factor.kinds.items()),
            ]
            for factor in shown.factors
        ],
        numbers=(2,),
    )
    print_table(
        [say("table.competency"), say("table.title"), say("table.factor"), say("table.expected")],
        [[c.id, c.title[language], c.factor, f"{c.expectation:.0f}"] for c in shown.competencies],
        numbers=(3,),
    )
    print_table(
        [say("table.item"), say("table.question")],
        [[item.id, item.text[language]] for item in shown.items]
        + [[question.id, question.text[language]] for question in shown.exam]
        + [[outcome.id, outcome.title[language]] for outcome in shown.outcomes],
    )
    print_table(
        [say("table.band"), say("table.from"), say("table.title")],
        [[band.id, f"{band.start:.0f}", band.title[language]] for band in shown.bands],
        numbers=(1,),
    )
    print_table(
        [say("table.profile"), say("table.kind"), say("table.title")],
        [[p.id, say(f"profile.{p.kind}"), p.title[language]] for p in shown.profiles],
    )


def run_check(path: str) -> int:
    """Print every fault of a framework folder; status 1 when there is one."""
    faults = faults_of_framework(path)
    language = manner().language
    if manner().as_json:
        write_document({"path": path, "faults": [fault.to_dict(language) for fault in faults]})
    elif faults:
        for fault in faults:
            click.echo(fault.describe(language))
    else:
        click.echo(say("framework.sound", path=path))
    return FAILED if faults else FINE


def run_diff(before: str, after: str) -> int:
    """Print what changed between two frameworks; status 1 when something did."""
    changes = framework_changes(before, after)
    language = manner().language
    if manner().as_json:
        write_document([change.to_dict(language) for change in changes])
    elif changes:
        for change in changes:
            click.echo(change.describe(language))
    else:
        click.echo(say("framework.same"))
    return FAILED if changes else FINE
