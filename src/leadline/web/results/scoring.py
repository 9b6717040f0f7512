"""Scoring a cycle: evidence, measures, what may be shown of them, and everything stored in one transaction.

Runs in the worker; the server never imports it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from time import monotonic
from typing import Any
from uuid import UUID

from django.utils import timezone

from leadline import workflows
from leadline.web.catalogue.frameworks import load
from leadline.web.cycles import keys
from leadline.web.cycles.keys import Key
from leadline.web.cycles.models import Cycle, Participant
from leadline.web.look import stopping
from leadline.web.rating.answers import ratings
from leadline.web.results import earlier, remembering, staying, storing
from leadline.web.results.disclosure import Rules, Shown, counted_groups, decide
from leadline.web.results.earlier import Before, Held
from leadline.web.results.history import plain
from leadline.web.results.memory import give_back
from leadline.web.results.models import Run
from leadline.web.results.runs import RunError
from leadline.web.results.sheets import GroupFigures, Sheets, framework_of, rules_of, sheets_of, spread_of
from leadline.web.results.storing import Keeping, Part
from leadline.workflows import SELF, Evidence, Framework, Scorecard, comment_groups, read_evidence

EVERY = 0.5
"""Seconds between two notes of progress."""


def evidence_of(
    cycle: Cycle, key: Key, framework: Framework | None = None, ratees: Collection[UUID] | None = None
) -> Evidence:
    """What was submitted in a cycle as evidence tables: raters are names of the key, ratees participants.

    Parameters
    ----------
    cycle : Cycle
    key : Key
        The cycle's.
    framework : Framework, optional
        The cycle's, unless given.
    ratees : collection of UUID, optional
        Participants; all, unless given.

    Returns
    -------
    Evidence
        ``ratings`` and ``people``; a self-rating has the ratee as its rater.

    Raises
    ------
    RunError
        ``web.results.no_answers``: on anybody, if all were asked for.
    """
    framework = framework or framework_of(cycle)
    # In an order of their own: that of the rows is whatever the database makes of it, and enters the hash.
    there = cycle.participants.filter(withdrawn=False).order_by("pk")
    people = {one.pk: one for one in there if ratees is None or one.pk in ratees}
    given = ratings(cycle, key, people, {item.id for item in framework.items})
    pairs = zip(given["relationship"], given["rating"], strict=True)
    if ratees is None and not any(value is not None and group != SELF for group, value in pairs):
        raise RunError("web.results.no_answers")
    persons = {
        "person": list(map(str, people)),
        "name": [one.name for one in people.values()],
        "team": [one.team or None for one in people.values()],
    }
    tables = {"ratings": given, "people": persons} if given["rating"] else {"people": persons}
    return read_evidence(tables, framework)


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
    tell = _progress(own)
    own.state, own.started = "running", timezone.now()
    own.save(update_fields=["state", "started"])
    tell("web.results.steps.read", 0.0)
    framework, key = framework_of(own.cycle), keys.of(own.cycle_id)
    remembering.hold(own.cycle, key)
    _check_framework(own.cycle)
    rules, seen = rules_of(framework), earlier.before(own, key)
    people = {one.pk: one for one in own.cycle.participants.filter(withdrawn=False).order_by("pk")}
    # Sheets tell who is measured anew; a first run measures everybody, and keeps none of them meanwhile.
    sheets = sheets_of(own.cycle, key, people, rules) if seen else {}
    anew = {
        pk: one
        for pk, one in people.items()
        if seen is None or seen.may_move(pk, sheets[pk].raters, rules.everybody)
    }
    card = _measured(own, key, framework, seen, anew=anew, tell=tell)
    held = workflows.kept(card)
    tell("web.results.steps.disclose", 0.65)
    sheets = sheets or sheets_of(own.cycle, key, people, rules)
    spread = seen.held.spread if seen and seen.held else spread_of(framework, sheets.values(), rules)
    groups = GroupFigures(framework, spread)
    parts, group = _parts(own.cycle, workflows.disclosable(card), anew, sheets, groups=groups, rules=rules)
    tell("web.results.steps.write", 0.8)
    if seen is not None:
        group |= staying.tables(seen)
        parts = staying.fitted(parts, sheets, seen, key, rules)
        parts += staying.staying(
            [one for pk, one in people.items() if pk not in anew], sheets, seen, key, rules
        )
    record = workflows.calibration_record(card, {str(p.participant.pk): p.figures["sheet"] for p in parts})
    del card, sheets  # 100 MB of 500 ratees, which nothing below asks for
    tell("web.results.steps.write", 0.95)
    keeping = Keeping(Held(held, spread).packed(), record)
    storing.store(own, key, framework, parts, group=group, keeping=keeping)


def _measured(
    own: Run,
    key: Key,
    framework: Framework,
    seen: Before | None,
    *,
    anew: Mapping[UUID, Participant],
    tell: Callable[[str, float], None],
) -> Scorecard:
    """Everybody, or those who may move, with all else held at what was found first."""

    def part(step: str, done: float) -> None:
        tell(step, 0.1 + 0.5 * done)

    if seen is None or seen.held is None:
        evidence = evidence_of(own.cycle, key, framework)
        return workflows.assess_evidence(evidence, framework, keep=True, progress=part)
    evidence = evidence_of(own.cycle, key, framework, anew) if anew else Evidence()
    return workflows.reassess(
        seen.held.measurement, evidence, framework, [str(pk) for pk in anew], progress=part
    )


def _check_framework(cycle: Cycle) -> None:
    now = load(cycle.organisation, cycle.framework, cycle.profiles).hash
    if cycle.framework_hash and now != cycle.framework_hash:
        raise RunError("web.results.framework_changed", framework=cycle.framework)


def _parts(
    cycle: Cycle,
    card: Scorecard,
    anew: Mapping[UUID, Participant],
    sheets: Mapping[UUID, Sheets],
    *,
    groups: GroupFigures,
    rules: Rules,
) -> tuple[list[Part], dict[str, Any]]:
    """What may be shown of those measured anew, and of everybody together."""
    offered = workflows.figure_names(card)
    shown = {
        pk: Shown(decide(sheets[pk].raters, rules, offered.get(str(pk), ())), tuple(sheets[pk].raters))
        for pk in anew
    }
    names = {ratee: frozenset[str]() for ratee in card.ratees}
    names |= {str(pk): frozenset(figure.name for figure in new.figures) for pk, new in shown.items()}
    persons = workflows.person_sheets(card, names)
    if cycle.purpose != "selection":
        # What does not exist cannot be shown: nobody has a place in a development cycle.
        persons = {ratee: {**sheet, "rank": None} for ratee, sheet in persons.items()}
    parts = [
        _part(one, persons.get(str(pk)), sheets[pk], shown[pk], groups=groups, rules=rules)
        for pk, one in anew.items()
    ]
    return parts, workflows.group_sheet(card, names)


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


def _progress(own: Run) -> Callable[[str, float], None]:
    """Notes in the database where the run is, as often as somebody looks; leaves off when asked to."""
    last, told = "", float("-inf")

    def tell(step: str, share: float) -> None:
        nonlocal last, told
        stopping.safe_point()
        if step != last:
            last = step
            give_back()
        if monotonic() - told >= EVERY:
            told = monotonic()
            Run.objects.filter(pk=own.pk).update(step=step, share=round(share, 3))

    return tell
