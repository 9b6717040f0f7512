"""Ratees whose figures stay as they were seen: too little changed, or new ones would not fit beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from leadline.web.cycles.keys import Key
from leadline.web.cycles.models import Participant
from leadline.web.results import hidden
from leadline.web.results.disclosure import OVERALL, Rules, decide, fits
from leadline.web.results.earlier import Before, Known, marks
from leadline.web.results.history import joins
from leadline.web.results.models import Comment, Correction, Result
from leadline.web.results.sheets import Sheets
from leadline.web.results.storing import Part, some_at_once
from leadline.workflows import ATTRIBUTED, comment_groups

TABLES = ("charts", "notices", "level")


def tables(seen: Before) -> dict[str, Any]:
    """What the page about everybody shows besides figures: as it was seen."""
    known = hidden.run(seen.run).tables
    return {name: known[name] for name in TABLES}


def fitted(
    parts: Sequence[Part], sheets: Mapping[UUID, Sheets], seen: Before, key: Key, rules: Rules
) -> list[Part]:
    """With figures and comments that were seen where new ones, beside all seen before, tell about too few."""
    known = {part.participant.pk: seen.ratees.get(part.participant.pk) for part in parts}
    refused = {
        part.participant.pk: one
        for part in parts
        if (one := known[part.participant.pk]) and not joins(part.sets, one.seen, rules, fits)
    }
    figures = dict(_figures(refused, key))
    parts = _with_comments(parts, sheets, known, rules)
    return [
        replace(
            part, figures=figures[pk], sets=dict(refused[pk].sets), kept=_number(refused[pk]), comments=None
        )
        if (pk := part.participant.pk) in refused
        else part
        for part in parts
    ]


def _with_comments(
    parts: Sequence[Part], sheets: Mapping[UUID, Sheets], known: Mapping[UUID, Known | None], rules: Rules
) -> list[Part]:
    """With new comments where enough of those who came or changed theirs wrote some; else as they are."""
    there: dict[UUID, list[Comment]] = {pk: [] for pk, one in known.items() if one and one.seen}
    rows = Comment.objects.filter(participant__in=there).select_related("participant")
    for comment in hidden.comments(rows):
        there[comment.participant_id].append(comment)
    return [
        replace(part, comments=None)
        if (one := known[pk := part.participant.pk])
        and pk in there
        and not _enough_wrote(part, sheets[pk], marks(one.sets), there[pk], rules)
        else part
        for part in parts
    ]


def _enough_wrote(
    part: Part, sheets: Sheets, then: Mapping[str, str], there: Sequence[Comment], rules: Rules
) -> bool:
    under = comment_groups(sheets.writers, rules, part.figures["raters"])
    changed = [
        one for one in sheets.raters if one.person in sheets.wrote and then.get(one.person) != one.mark
    ]
    fresh = Counter(under.get(one.group) for one in changed)
    before = Counter((one.group, one.competency, one.original or one.text) for one in there)
    now = Counter(part.comments)
    moved = {group for group, *_ in (before - now) + (now - before)}.difference(ATTRIBUTED)
    return all(fresh[group] >= rules.comments for group in moved)


def staying(
    people: Sequence[Participant], sheets: Mapping[UUID, Sheets], seen: Before, key: Key, rules: Rules
) -> list[Part]:
    """Figures as they were, byte by byte, unless a least number rose: then what it forbids is taken out."""
    known = {one.pk: seen.ratees[one.pk] for one in people}
    by_key = {one.pk: one for one in people}
    waiting = Correction.objects.filter(participant__cycle=seen.run.cycle_id, asked__isnull=False)
    asked = set(waiting.values_list("pk", flat=True))
    found = []
    for pk, figures in _figures(known, key):
        one, raters = known[pk], sheets[pk].raters
        # Of those whose raters were asked again it must not tell whether nobody answered.
        stays = one.result.kept or pk in asked or one.n_changed(raters)
        number = _number(one) if stays else None
        part = Part(by_key[pk], figures, dict(one.sets), number, None)
        if not seen.same:
            then = marks(one.sets)
            there = [rater for rater in raters if then.get(rater.person) == rater.mark]
            offered = [name for name, *_ in one.sets["figures"] if not name.startswith("group:")]
            part = _restricted(part, {figure.name for figure in decide(there, rules, offered)})
        found.append(part)
    return found


def _number(known: Known) -> int:
    """Of the run whose figures stay."""
    return known.result.kept or known.result.run.number


def _figures(known: Mapping[UUID, Known], key: Key) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """Figures of some ratees, a few of them read at once."""
    rows = {one.result.pk: pk for pk, one in known.items()}
    for some in some_at_once(list(rows)):
        for row in Result.objects.select_related("run").filter(pk__in=some):
            known[row.participant_id].result.run = row.run
            yield rows[row.pk], hidden.result(row, key).figures


def _restricted(part: Part, names: Collection[str]) -> Part:
    """Without figures that are not named, and without an overall score made of a factor that is not."""
    sheet = part.figures["sheet"]
    if sheet:
        factors = {
            one: value if f"factor:{one}" in names else None for one, value in sheet["factors"].items()
        }
        lost = any(sheet["factors"][one] and not value for one, value in factors.items())
        whole = OVERALL in names and not lost
        competencies = {
            one: value if f"competency:{one}" in names else None
            for one, value in sheet["competencies"].items()
        }
        gone = {one for one, value in competencies.items() if sheet["competencies"][one] and not value}
        steps = [one for one in sheet["steps"] if one["competency"] not in gone]
        sheet = {**sheet, "factors": factors, "competencies": competencies, "steps": steps}
        if not whole:
            sheet |= {"overall": None, "band": None, "rank": None, "partial": True}
    groups = {
        competency: {label: one for label, one in by_label.items() if f"group:{competency}:{label}" in names}
        for competency, by_label in part.figures["groups"].items()
    }
    figures = {**part.figures, "sheet": sheet, "groups": {c: found for c, found in groups.items() if found}}
    sets = {**part.sets, "figures": [one for one in part.sets["figures"] if one[0] in names]}
    return replace(part, figures=figures, sets=sets)
