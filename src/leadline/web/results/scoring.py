"""Scoring a cycle: evidence, measures, what may be shown of them, and everything stored in one transaction.

Runs in the worker; the server never imports it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from leadline import workflows
from leadline.evidence import Evidence, read_evidence
from leadline.frameworks import Framework
from leadline.scoring import Scorecard
from leadline.scoring.disclosure import SELF, comment_groups
from leadline.web.catalogue.frameworks import load
from leadline.web.cycles.models import Cycle, Participant
from leadline.web.cycles.moves import move
from leadline.web.rating.answers import ratings
from leadline.web.results.disclosure import Rules, Shown, counted_groups, decide, fits
from leadline.web.results.history import joins, plain
from leadline.web.results.memory import give_back
from leadline.web.results.models import Comment, Result, Run
from leadline.web.results.overview import fits_overview, overview, rules_for
from leadline.web.results.runs import RunError
from leadline.web.results.sheets import GroupFigures, Sheets, framework_of, rules_of, sheets_of

BATCH = 500
AT_ONCE = 50
"""Results read or written by one statement, which holds 25 KB of each."""
EVERY = 0.5
"""Seconds between two notes of progress."""


def evidence_of(cycle: Cycle, framework: Framework | None = None) -> Evidence:
    """What was submitted in a cycle as evidence tables: raters are pseudonyms, ratees keys of participants.

    Parameters
    ----------
    cycle : Cycle
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
    given = ratings(cycle, people, {item.id for item in framework.items})
    pairs = zip(given["relationship"], given["rating"], strict=True)
    if not any(rating is not None and relationship != SELF for relationship, rating in pairs):
        raise RunError("web.results.no_answers")
    persons = {
        "person": list(people),
        "name": [one.name for one in people.values()],
        "team": [one.team or None for one in people.values()],
    }
    return read_evidence({"ratings": given, "people": persons}, framework)


Said = tuple[str, str, str]
"""A comment: the group it is shown under, competency, text."""


@dataclass(frozen=True)
class Part:
    """What a run found of one ratee."""

    participant: Participant
    figures: dict[str, Any]
    sets: dict[str, Any]
    kept: int | None
    comments: list[Said] | None


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
    cycle = own.cycle
    tell = _progress(own)
    own.state, own.started = "running", timezone.now()
    own.save(update_fields=["state", "started"])
    tell("web.results.steps.read", 0.0)
    framework = framework_of(cycle)
    _check_framework(cycle)
    card = workflows.assess_evidence(
        evidence_of(cycle, framework), framework, progress=lambda step, done: tell(step, 0.1 + 0.5 * done)
    )
    card = workflows.disclosable(card)
    tell("web.results.steps.disclose", 0.65)
    rules = rules_of(framework)
    rated = _rated(cycle, card, rules)
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
    parts = [part for some in _some_at_once(parts) for part in _as_seen(own, some, rules)]
    tell("web.results.steps.write", 0.95)
    _store(own, framework, parts, group)


def _check_framework(cycle: Cycle) -> None:
    now = load(cycle.organisation, cycle.framework, cycle.profiles).hash
    if cycle.framework_hash and now != cycle.framework_hash:
        raise RunError("web.results.framework_changed", framework=cycle.framework)


def _rated(cycle: Cycle, card: Scorecard, rules: Rules) -> list[tuple[Participant, Sheets, Shown]]:
    """Each ratee with what was submitted on them and what of it may be shown."""
    participants = list(cycle.participants.filter(withdrawn=False).order_by("pk"))
    offered = workflows.figure_names(card)
    sheets = sheets_of(cycle, [one.pk for one in participants], rules)
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


def _some_at_once(parts: Sequence[Part]) -> Iterator[Sequence[Part]]:
    for start in range(0, len(parts), AT_ONCE):
        yield parts[start : start + AT_ONCE]


def _as_seen(own: Run, parts: Sequence[Part], rules: Rules) -> list[Part]:
    """With the figures that were seen where new ones would tell about too few."""
    before = Result.objects.filter(run__cycle=own.cycle_id, shown=True).exclude(run=own)
    before = before.filter(participant__in=[part.participant for part in parts])
    # Neither figures nor the tables of runs are read: they are large, and what fits needs none of them.
    rows = before.order_by("run__number").values_list("participant", "pk", "sets")
    seen: dict[UUID, dict[UUID, Any]] = {}
    for participant, key, sets in rows:
        seen.setdefault(participant, {})[key] = sets
    refused = {
        part.participant.pk: list(earlier)[-1]
        for part in parts
        if (earlier := seen.get(part.participant.pk)) and not joins(part.sets, earlier.values(), rules, fits)
    }
    stay = Result.objects.annotate(number=F("run__number")).in_bulk(list(refused.values()))
    return [_kept(part, stay.get(refused.get(part.participant.pk))) for part in parts]


def _kept(part: Part, earlier: Any) -> Part:
    if earlier is None:
        return part
    number = earlier.kept or earlier.number
    return replace(part, figures=earlier.figures, sets=earlier.sets, kept=number, comments=None)


def _store(own: Run, framework: Framework, parts: Sequence[Part], group: Mapping[str, Any]) -> None:
    with transaction.atomic():
        Cycle.objects.select_for_update(no_key=True).get(pk=own.cycle_id)
        own.results.all().delete()
        Result.objects.bulk_create(
            (
                Result(run=own, participant=p.participant, figures=p.figures, sets=p.sets, kept=p.kept)
                for p in parts
            ),
            batch_size=AT_ONCE,
        )
        for some in _some_at_once(parts):
            _renew_comments([part for part in some if part.comments is not None])
        own.state, own.share, own.finished = "done", 1.0, timezone.now()
        own.input_hash = group["input_hash"]
        own.options = {"thresholds": own.cycle.thresholds, "formula": group["formula"], "seed": group["seed"]}
        own.versions = {
            "leadline": group["engine"],
            "framework": own.cycle.framework,
            "framework_hash": framework.hash,
            "profiles": own.cycle.profiles,
        }
        own.tables = {name: group[name] for name in ("charts", "notices", "level")}
        own.tables["overview"], own.sets = _overview(own, framework, parts)
        own.save()
        move(own.cycle, "scored", own.cycle.organisation, run=own.number)


def _overview(own: Run, framework: Framework, parts: Sequence[Part]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Figures on everybody together, or those that were seen where new ones would tell about too few."""
    rules = rules_for(framework)
    people = [(str(p.participant.pk), p.participant.team, p.figures["sheet"]) for p in parts]
    found, new = overview(people, rules, framework.level)
    sets = plain(new, rules)
    seen = list(
        Run.objects.filter(cycle=own.cycle, shown=True).exclude(pk=own.pk).defer("tables").order_by("number")
    )
    if joins(sets, (run.sets for run in seen), rules, fits_overview):
        return found, sets
    return seen[-1].tables["overview"], seen[-1].sets


def _renew_comments(parts: Sequence[Part]) -> None:
    """Write comments anew; what the desk decided on a comment that is still there stays."""
    participants = [part.participant.pk for part in parts]
    known: dict[tuple[Any, str, str], list[Comment]] = {}
    for comment in Comment.objects.filter(participant__in=participants):
        key = (comment.participant_id, comment.competency, comment.original or comment.text)
        known.setdefault(key, []).append(comment)
    fresh = [
        Comment(participant=part.participant, group=group, competency=competency, text=text)
        for part in parts
        for group, competency, text in part.comments or ()
    ]
    for comment in fresh:
        if before := known.get((comment.participant_id, comment.competency, comment.text)):
            one = before.pop()
            comment.text, comment.original = one.text, one.original
            comment.state, comment.by_id = one.state, one.by_id
    Comment.objects.filter(participant__in=participants).delete()
    Comment.objects.bulk_create(fresh, batch_size=BATCH)


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
