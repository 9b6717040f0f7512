"""Scoring a cycle: evidence, measures, what may be shown of them, and everything stored in one transaction.

Runs in the worker; the server never imports it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from time import monotonic
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from leadline import workflows
from leadline.evidence import Evidence, read_evidence
from leadline.frameworks import Framework
from leadline.scoring import Scorecard
from leadline.scoring.disclosure import SELF, comment_groups
from leadline.web.catalogue.frameworks import load
from leadline.web.cycles import keys
from leadline.web.cycles.keys import Key
from leadline.web.cycles.models import Cycle, Participant
from leadline.web.rating.answers import ratings
from leadline.web.results import hidden, storing
from leadline.web.results.disclosure import Rules, Shown, counted_groups, decide, fits
from leadline.web.results.history import joins, plain
from leadline.web.results.memory import give_back
from leadline.web.results.models import Result, Run
from leadline.web.results.runs import RunError
from leadline.web.results.sheets import GroupFigures, Sheets, framework_of, rules_of, sheets_of
from leadline.web.results.storing import Part, some_at_once

EVERY = 0.5
"""Seconds between two notes of progress."""


def evidence_of(cycle: Cycle, key: Key, framework: Framework | None = None) -> Evidence:
    """What was submitted in a cycle as evidence tables: raters are names of the key, ratees participants.

    Parameters
    ----------
    cycle : Cycle
    key : Key
        The cycle's.
    framework : Framework, optional
        The cycle's, unless given.

    Returns
    -------
    Evidence
        ``ratings`` and ``people``; a self-rating has the ratee as its rater.

    Raises
    ------
    RunError
        ``web.results.no_answers``.
    """
    framework = framework or framework_of(cycle)
    # In an order of their own: that of the rows is whatever the database makes of it, and enters the hash.
    people = {str(one.pk): one for one in cycle.participants.filter(withdrawn=False).order_by("pk")}
    given = ratings(cycle, key, people, {item.id for item in framework.items})
    pairs = zip(given["relationship"], given["rating"], strict=True)
    if not any(rating is not None and relationship != SELF for relationship, rating in pairs):
        raise RunError("web.results.no_answers")
    persons = {
        "person": list(people),
        "name": [one.name for one in people.values()],
        "team": [one.team or None for one in people.values()],
    }
    return read_evidence({"ratings": given, "people": persons}, framework)


def run(own: Run) -> None:
    """Score a cycle and move it to review.

    Parameters
    ----------
    own : Run
        Waiting.

    Raises
    ------
    LeadlineError
        Whatever keeps it from being scored.
    """
    cycle, key = own.cycle, keys.of(own.cycle_id)
    tell = _progress(own)
    own.state, own.started = "running", timezone.now()
    own.save(update_fields=["state", "started"])
    tell("web.results.steps.read", 0.0)
    framework = framework_of(cycle)
    _check_framework(cycle)
    card = workflows.assess_evidence(
        evidence_of(cycle, key, framework),
        framework,
        progress=lambda step, done: tell(step, 0.1 + 0.5 * done),
    )
    card = workflows.disclosable(card)
    tell("web.results.steps.disclose", 0.65)
    rules = rules_of(framework)
    rated = _rated(cycle, key, card, rules)
    tell("web.results.steps.write", 0.8)
    names = {ratee: frozenset[str]() for ratee in card.ratees}
    names |= {str(one.pk): frozenset(figure.name for figure in new.figures) for one, _, new in rated}
    persons = workflows.person_sheets(card, names)
    if cycle.purpose != "selection":
        # What does not exist cannot be shown: nobody has a place in a development cycle.
        persons = {ratee: {**sheet, "rank": None} for ratee, sheet in persons.items()}
    group = workflows.group_sheet(card, names)
    groups = GroupFigures.over(framework, [sheets for _, sheets, _ in rated], rules)
    parts = [
        _part(one, persons.get(str(one.pk)), sheets, new, groups=groups, rules=rules)
        for one, sheets, new in rated
    ]
    del card, rated, persons  # 100 MB of 500 ratees, which nothing below asks for
    parts = [part for some in some_at_once(parts) for part in _as_seen(own, key, some, rules)]
    tell("web.results.steps.write", 0.95)
    storing.store(own, key, framework, parts, group)


def _check_framework(cycle: Cycle) -> None:
    now = load(cycle.organisation, cycle.framework, cycle.profiles).hash
    if cycle.framework_hash and now != cycle.framework_hash:
        raise RunError("web.results.framework_changed", framework=cycle.framework)


def _rated(cycle: Cycle, key: Key, card: Scorecard, rules: Rules) -> list[tuple[Participant, Sheets, Shown]]:
    """Each ratee with what was submitted on them and what of it may be shown."""
    participants = list(cycle.participants.filter(withdrawn=False).order_by("pk"))
    offered = workflows.figure_names(card)
    sheets = sheets_of(cycle, key, [one.pk for one in participants], rules)
    return [
        (one, own, Shown(decide(own.raters, rules, offered.get(str(one.pk), ())), tuple(own.raters)))
        for one, own in zip(participants, sheets.values(), strict=True)
    ]


def _part(
    participant: Participant,
    sheet: Mapping[str, Any] | None,
    sheets: Sheets,
    new: Shown,
    *,
    groups: GroupFigures,
    rules: Rules,
) -> Part:
    raters = counted_groups(sheets.raters, rules)
    figures = {"sheet": sheet, "groups": groups.of(sheets, new.figures, rules), "raters": raters}
    under = comment_groups(sheets.writers, rules, raters)
    said = [(under[group], competency, text) for group, competency, text in sheets.comments if group in under]
    return Part(participant, figures, plain(new, rules), None, said)


def _as_seen(own: Run, key: Key, parts: Sequence[Part], rules: Rules) -> list[Part]:
    """With the figures that were seen where new ones would tell about too few."""
    before = Result.objects.filter(run__cycle=own.cycle_id, shown=True).exclude(run=own)
    before = before.filter(participant__in=[part.participant.pk for part in parts])
    # Neither figures nor the tables of runs are read: they are large, and what fits needs none of them.
    rows = before.order_by("run__number").only("run_id", "participant_id", "sets")
    seen: dict[UUID, dict[UUID, Any]] = {}
    for row in rows:
        seen.setdefault(row.participant_id, {})[row.pk] = hidden.sets(row, key)
    refused = {
        part.participant.pk: list(earlier)[-1]
        for part in parts
        if (earlier := seen.get(part.participant.pk)) and not joins(part.sets, earlier.values(), rules, fits)
    }
    stay = Result.objects.annotate(number=F("run__number")).in_bulk(list(refused.values()))
    return [_kept(part, stay.get(refused.get(part.participant.pk)), key) for part in parts]


def _kept(part: Part, earlier: Any, key: Key) -> Part:
    if earlier is None:
        return part
    number, sets = earlier.kept or earlier.number, hidden.sets(earlier, key)
    figures = hidden.result(earlier, key).figures
    return replace(part, figures=figures, sets=sets, kept=number, comments=None)


def _progress(own: Run) -> Callable[[str, float], None]:
    """Notes in the database where the run is, not more often than somebody looks."""
    last, told = "", float("-inf")

    def tell(step: str, share: float) -> None:
        nonlocal last, told
        if step != last:
            last = step
            give_back()
        if monotonic() - told >= EVERY:
            told = monotonic()
            Run.objects.filter(pk=own.pk).update(step=step, share=round(share, 3))

    return tell
