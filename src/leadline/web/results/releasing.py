"""Giving results to ratees and managers, and taking one back that nobody has read.

A release can be undone until its reader has opened it: what was read cannot be unread, and a mail tells only
that there is something to read. Once read, a correction is a contest with its answer.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from leadline.errors import LeadlineError
from leadline.web.accounts.access import Actor
from leadline.web.accounts.audit import record
from leadline.web.cycles.closing import HOLDING
from leadline.web.cycles.models import Cycle, Participant
from leadline.web.cycles.moves import move
from leadline.web.cycles.own_views import READABLE
from leadline.web.look.queue import put
from leadline.web.results.access import counting, released_to, results
from leadline.web.results.mails import tell
from leadline.web.results.models import Comment, Release

AUDIENCES = ("ratee", "manager")


class ReleaseError(LeadlineError):
    """Something that stands in the way of a release."""


@dataclass(frozen=True)
class Decision:
    """In a selection: the human being who decided, and why."""

    name: str
    reason: str


def release(
    actor: Actor,
    cycle: Cycle,
    audiences: Sequence[str],
    decision: Decision | None = None,
    only: Collection[UUID] | None = None,
) -> int:
    """Release results of a cycle in review that are not yet, and tell those they are for.

    The rest can be released later, once more by this or one by one.

    Parameters
    ----------
    actor : Actor
    cycle : Cycle
    audiences : sequence of {"ratee", "manager"}
        The ratee always; the manager where that is the cycle's policy.
    decision : Decision, optional
        Needed where the purpose is a selection.
    only : collection of UUID, optional
        Keys of the ratees whose results are released now; all when left out.

    Returns
    -------
    int
        Results released.

    Raises
    ------
    ReleaseError
        ``web.results.needs_decision``; ``web.results.thresholds_rose``: score again first;
        ``web.results.nobody_chosen``; ``web.results.not_released``: the cycle is neither in review nor
        released.
    """
    if cycle.purpose == "selection" and not (decision and decision.name.strip() and decision.reason.strip()):
        raise ReleaseError("web.results.needs_decision")
    if only is not None and not unreleased(cycle).filter(pk__in=only).exists():
        raise ReleaseError("web.results.nobody_chosen")
    said = decision or Decision("", "")
    with transaction.atomic():
        now = _releasing(actor, cycle, said)
        run = counting(now)
        if run and run.options["thresholds"] != now.thresholds:
            raise ReleaseError("web.results.thresholds_rose")
        rows = [row for row in unreleased(now) if only is None or row.pk in only]
        Release.objects.bulk_create(
            Release(
                participant=row,
                audience=audience,
                decision=said.name.strip(),
                reason=said.reason.strip(),
                by=actor.user,
            )
            for row in rows
            for audience in ("ratee", *audiences)
            if audience == "ratee" or (audience == "manager" and row.manager_id)
        )
        put(tell, str(now.pk))
    return len(rows)


def _releasing(actor: Actor, cycle: Cycle, said: Decision) -> Cycle:
    """The cycle, locked and released: by this, or before in part."""
    if cycle.state == "review":
        return move(cycle, "release", actor, decision=said.name, reason=said.reason)
    now = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    _only_released(now)
    record(actor, "results.released_further", now, decision=said.name, reason=said.reason)
    return now


def unreleased(cycle: Cycle) -> QuerySet[Participant]:
    """Ratees who have a result that was not released to them: all, or whose ratings were collected anew."""
    rows = Participant.objects.filter(pk__in=results(cycle).values("participant"))
    return rows.exclude(releases__audience="ratee")


def is_left(cycle: Cycle) -> bool:
    """Whether there is something to release: in review always, later what was held back."""
    return cycle.state == "review" or unreleased(cycle).exists()


def take_back(actor: Actor, participant: Participant) -> int:
    """Take back what was released of a ratee, of which nothing was read.

    Raises
    ------
    ReleaseError
        ``web.results.already_read``, ``web.results.not_released``.
    """
    _only_released(participant.cycle)
    with transaction.atomic():
        own = list(Release.objects.select_for_update().filter(participant=participant))
        if any(one.read for one in own):
            raise ReleaseError("web.results.already_read", name=participant.name)
        Release.objects.filter(pk__in=[one.pk for one in own]).delete()
        record(actor, "results.taken_back", participant)
    return len(own)


def give(actor: Actor, participant: Participant, audiences: Sequence[str]) -> None:
    """Release one ratee's result again, in a released cycle, after it was taken back.

    The human decision of a selection stands as it was made for the cycle.

    Raises
    ------
    ReleaseError
        ``web.results.not_released``.
    """
    _only_released(participant.cycle)
    like = Release.objects.filter(participant__cycle=participant.cycle).first()
    with transaction.atomic():
        for audience in audiences:
            if audience == "manager" and not participant.manager_id:
                continue
            Release.objects.get_or_create(
                participant=participant,
                audience=audience,
                defaults={
                    "decision": like.decision if like else "",
                    "reason": like.reason if like else "",
                    "by": actor.user,
                },
            )
        record(actor, "results.released", participant)
        put(tell, str(participant.cycle_id))


def _only_released(cycle: Cycle) -> None:
    if cycle.state != "released":
        raise ReleaseError("web.results.not_released")


def was_released(cycle: Cycle) -> bool:
    """Whether anybody was given a result of a cycle."""
    return Release.objects.filter(participant__cycle=cycle).exists()


HOLDING.append(was_released)


def readable(actor: Actor) -> list[UUID]:
    """Keys of participants whose results were released to the actor."""
    return list(released_to(actor).values_list("pk", flat=True))


READABLE.append(readable)


def unreviewed(cycle: Cycle) -> int:
    """Comments nobody has decided on: they stay out of what is released."""
    rows = Comment.objects.filter(participant__cycle=cycle, participant__withdrawn=False, state="waiting")
    return rows.filter(participant__correction__withdrawn=None).count()
