"""Storing what a run found, in one transaction: encrypted with the cycle's key until sealing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from leadline.web.cycles.keys import Key
from leadline.web.cycles.models import Cycle, Participant
from leadline.web.cycles.moves import move
from leadline.web.results import hidden, remembering
from leadline.web.results.history import joins, plain
from leadline.web.results.models import Basis, Comment, Correction, Result, Run
from leadline.web.results.overview import fits_overview, overview, rules_for
from leadline.workflows import Framework

BATCH = 500
AT_ONCE = 50
"""Results read or written by one statement, which holds some 10 KB of each."""
BRIEF = ("overall", "rank", "partial")

Row = TypeVar("Row")
Said = tuple[str, str, str]
"""A comment: the group it is shown under, competency, text."""


@dataclass(frozen=True)
class Part:
    """What a run found of one ratee; ``comments`` are None where they stay as they are."""

    participant: Participant
    figures: dict[str, Any]
    sets: dict[str, Any]
    kept: int | None
    comments: list[Said] | None


def some_at_once(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """A few rows after the other."""
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]


@dataclass(frozen=True)
class Keeping:
    """What the scorer keeps for itself: what later runs hold to, and what may stay after sealing."""

    held: bytes
    record: dict[str, Any]


def store(
    own: Run,
    key: Key,
    framework: Framework,
    parts: Sequence[Part],
    *,
    group: Mapping[str, Any],
    keeping: Keeping,
) -> None:
    """Store a run and move its cycle to review; runs and figures that nobody saw before are deleted."""
    with transaction.atomic():
        remembering.hold(Cycle.objects.select_for_update(no_key=True).get(pk=own.cycle_id), key)
        own.results.all().delete()
        made: dict[str, Any] = {
            "input_hash": key.digest(group["input_hash"]),
            "versions": _versions(own, framework, group),
            "closed": own.cycle.closes.isoformat() if own.cycle.closes else None,
        }
        Result.objects.bulk_create(
            (row_of(own, _made(part, made), key) for part in parts), batch_size=AT_ONCE
        )
        for some in some_at_once(parts):
            _renew_comments([part for part in some if part.comments is not None], key)
        tables = {name: group[name] for name in ("charts", "notices", "level")}
        tables["overview"], sets = _overview(own, key, framework, parts)
        own.hidden = key.encrypt(tables, "run", own.pk)
        own.state, own.share, own.finished = "done", 1.0, timezone.now()
        own.input_hash, own.versions = made["input_hash"], made["versions"]
        own.options = {"thresholds": own.cycle.thresholds, "formula": group["formula"], "seed": group["seed"]}
        own.save()
        basis = {
            "held": key.encrypt_bytes(keeping.held, "held", own.pk),
            "sets": key.encrypt(sets, "overview", own.pk),
            "record": key.encrypt(keeping.record, "record", own.pk),
        }
        Basis.objects.update_or_create(run=own, defaults=basis)
        _tell_enough(own, parts)
        _forget_unseen(own)
        move(own.cycle, "scored", own.cycle.organisation, run=own.number)


def _versions(own: Run, framework: Framework, group: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "leadline": group["engine"],
        "framework": own.cycle.framework,
        "framework_hash": framework.hash,
        "profiles": own.cycle.profiles,
    }


def _made(part: Part, made: Mapping[str, Any]) -> Part:
    """With what the figures were made by; those that stay know it already."""
    return replace(part, figures={**made, **part.figures})


def row_of(own: Run, part: Part, key: Key) -> Result:
    """A ratee's row of a run, not saved."""
    row = Result(run=own, participant=part.participant, kept=part.kept)
    sheet = part.figures["sheet"] or {}
    row.hidden = key.encrypt(part.figures, *hidden.about_result(row))
    row.brief = key.encrypt({name: sheet.get(name) for name in BRIEF}, "brief", own.pk, part.participant.pk)
    row.sets = key.encrypt(part.sets, "sets", own.pk, part.participant.pk)
    return row


def _forget_unseen(own: Run) -> None:
    """Delete what nobody saw of runs before: beside this one it would tell what came in between."""
    Result.objects.filter(run__cycle=own.cycle_id, shown=False).exclude(run=own).delete()
    seen = Exists(Result.objects.filter(run=OuterRef("pk")))
    Run.objects.filter(cycle=own.cycle_id, state="done", shown=False).exclude(pk=own.pk).exclude(
        seen
    ).delete()


def _tell_enough(own: Run, parts: Sequence[Part]) -> None:
    """Note of ratees whose ratings were collected anew whether their figures are new."""
    new = {part.participant.pk for part in parts if part.kept is None}
    for one in Correction.objects.filter(participant__cycle=own.cycle_id, asked__isnull=False, enough=None):
        one.enough = one.pk in new
        one.save(update_fields=["enough"])


def _overview(
    own: Run, key: Key, framework: Framework, parts: Sequence[Part]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Figures on everybody together, or those that were seen where new ones would tell about too few."""
    rules = rules_for(framework)
    people = [(str(p.participant.pk), p.participant.team, p.figures["sheet"]) for p in parts]
    found, new = overview(people, rules, framework.level)
    sets = plain(new, rules)
    rows = (
        Basis.objects.filter(run__cycle=own.cycle_id, run__shown=True).exclude(run=own).select_related("run")
    )
    seen = [(one.run, key.decrypt(one.sets, "overview", one.pk)) for one in rows.order_by("run__number")]
    if joins(sets, (known for _, known in seen), rules, fits_overview):
        return found, sets
    last, known = seen[-1]
    return hidden.run(last).tables["overview"], known


def _renew_comments(parts: Sequence[Part], key: Key) -> None:
    """Write comments anew; what the desk decided on a comment that is still there stays."""
    participants = [part.participant.pk for part in parts]
    known: dict[tuple[Any, str, str], list[Comment]] = {}
    there = Comment.objects.filter(participant__in=participants).select_related("participant")
    for comment in hidden.comments(there):
        known.setdefault(
            (comment.participant_id, comment.competency, comment.original or comment.text), []
        ).append(comment)
    fresh = [_comment(part.participant, said, known, key) for part in parts for said in part.comments or ()]
    Comment.objects.filter(participant__in=participants).delete()
    Comment.objects.bulk_create(fresh, batch_size=BATCH)


def _comment(
    participant: Participant, said: Said, known: Mapping[tuple[Any, str, str], list[Comment]], key: Key
) -> Comment:
    group, competency, text = said
    comment = Comment(participant=participant)
    content = {"text": text, "original": ""}
    if before := known.get((participant.pk, competency, text)):
        one = before.pop()
        content = {"text": one.text, "original": one.original}
        comment.state, comment.by_id = one.state, one.by_id
    content |= {"group": group, "competency": competency}
    comment.hidden = hidden.sealed_comment(comment, content, key)
    return comment
