"""Which runs, results, comments and contests an actor may see, and as what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTransform
from django.http import Http404

from leadline.web.accounts.access import Actor
from leadline.web.cycles import keys
from leadline.web.cycles.access import RUNNERS
from leadline.web.cycles.keys import Key
from leadline.web.cycles.models import Cycle, Participant
from leadline.web.results import hidden
from leadline.web.results.models import Comment, Contest, Correction, Release, Result, Run

SCORED = ("review", "released", "sealed")
CLOSED = ("scoring", *SCORED)
OVERSEERS = (*RUNNERS, "analyst")
"""Who sees figures on everybody together."""


@dataclass(frozen=True)
class Seen:
    """A result as somebody may see it.

    ``audience`` is ``ratee``, ``manager``, ``coach`` or ``analytics``. A result that was withdrawn has no
    figures; ``correction`` says why.
    """

    participant: Participant
    result: Result
    audience: str
    correction: Correction | None = None

    @property
    def is_withdrawn(self) -> bool:
        """Whether it was taken from everybody."""
        return bool(self.correction and self.correction.withdrawn)


def cycles(actor: Actor) -> QuerySet[Cycle]:
    """Closed cycles of the organisation, newest first, for those who run them or oversee their figures."""
    states = CLOSED if actor.has(*RUNNERS) else SCORED
    if not actor.has(*OVERSEERS):
        return Cycle.objects.none()
    rows = Cycle.objects.filter(organisation=actor.organisation, state__in=states)
    return rows.order_by("-closes", "-created")


def cycle(actor: Actor, cycle_id: UUID) -> Cycle:
    """One closed cycle, for those who run it, or 404."""
    found = cycles(actor).filter(pk=cycle_id).first() if actor.has(*RUNNERS) else None
    if found is None:
        raise Http404
    return found


def overseen(actor: Actor, cycle_id: UUID) -> Cycle:
    """One scored cycle whose figures on everybody together the actor may see, or 404."""
    found = cycles(actor).filter(pk=cycle_id, state__in=SCORED).first()
    if found is None:
        raise Http404
    return found


def ranked(actor: Actor, cycle_id: UUID) -> Cycle:
    """One scored cycle with a ranking, or 404: there is none unless the purpose is a selection."""
    found = cycle(actor, cycle_id)
    if found.purpose != "selection" or found.state not in SCORED:
        raise Http404
    return found


def runs(actor: Actor, cycle: Cycle) -> QuerySet[Run]:
    """Runs of a cycle, newest first, for those who run cycles."""
    if not actor.has(*RUNNERS):
        return Run.objects.none()
    rows = Run.objects.filter(cycle=cycle, cycle__organisation=actor.organisation)
    return rows.select_related("by").defer("hidden", "tables").order_by("-number")


def run(actor: Actor, run_id: UUID) -> Run:
    """One run, or 404."""
    rows = Run.objects.filter(cycle__organisation=actor.organisation).select_related("cycle").defer("hidden")
    found = rows.filter(pk=run_id).first() if actor.has(*RUNNERS) else None
    if found is None:
        raise Http404
    return found


def released_to(actor: Actor) -> QuerySet[Participant]:
    """Participants whose results were released to the actor: as ratee, as manager, as their coach."""
    audience = Q(person__user=actor.user, releases__audience="ratee")
    audience |= Q(manager__user=actor.user, releases__audience="manager")
    if actor.has("coach"):
        audience |= Q(person__coach=actor.user, releases__audience="ratee")
    rows = Participant.objects.filter(cycle__organisation=actor.organisation, withdrawn=False)
    return rows.filter(audience).select_related("cycle", "person", "manager").distinct()


def seen(actor: Actor, participant_id: UUID) -> Seen:
    """One result: released to the actor, or of a scored cycle they run; or 404."""
    participant = released_to(actor).filter(pk=participant_id).first()
    if participant is None and actor.has(*RUNNERS):
        rows = Participant.objects.filter(
            cycle__organisation=actor.organisation, cycle__state__in=SCORED, withdrawn=False
        )
        participant = rows.select_related("cycle", "person", "manager").filter(pk=participant_id).first()
        audience = "analytics"
    elif participant is not None:
        audience = _audience(actor, participant)
    if participant is None:
        raise Http404
    own = results(participant.cycle).filter(participant=participant).select_related("run")
    # What figures were made of is the scorer's alone, and most of what there is.
    result = own.defer("sets").first()
    if result is None:
        raise Http404
    hidden.run(result.run)
    correction = Correction.objects.filter(participant=participant).first()
    if correction and correction.withdrawn:
        result.hidden, result.figures = None, {}
    return Seen(participant, hidden.result(result), audience, correction)


def _audience(actor: Actor, participant: Participant) -> str:
    given = set(participant.releases.values_list("audience", flat=True))
    person, manager = participant.person, participant.manager
    if person and person.user_id == actor.user.pk and "ratee" in given:
        return "ratee"
    return "manager" if manager and manager.user_id == actor.user.pk and "manager" in given else "coach"


def counting(cycle: Cycle) -> Run | None:
    """The run that counts, if there is one: the last that is done."""
    found = _done(cycle).first()
    return hidden.run(found) if found else None


def _done(cycle: Cycle) -> QuerySet[Run]:
    return Run.objects.filter(cycle=cycle, state="done").order_by("-number")


def results(cycle: Cycle) -> QuerySet[Result]:
    """Results of the run that counts: the last that is done.

    Each holds all figures on a ratee: of a whole cycle, ask for :class:`Brief` instead.
    """
    last = _done(cycle).values("pk")[:1]
    return Result.objects.filter(run__in=last, participant__withdrawn=False)


@dataclass(frozen=True)
class Brief:
    """What is asked of everybody's results at once, without the whole of each one's figures.

    ``overall`` and ``rank`` are as in a ratee's sheet, None where there is none.
    """

    participant_id: UUID
    name: str
    team: str
    kept: int | None
    overall: Mapping[str, float] | None
    rank: Mapping[str, float] | None
    partial: bool
    withdrawn: bool


def briefs(rows: QuerySet[Result]) -> list[Brief]:
    """Results of a cycle in brief, by name; without figures where they were withdrawn."""
    sheet = KeyTransform("sheet", "figures")
    taken = {f"the_{name}": KeyTransform(name, sheet) for name in ("overall", "rank", "partial")}
    own = rows.annotate(**taken).order_by("participant__name", "pk")
    gone = "participant__correction__withdrawn"
    names = ("participant__name", "participant__team", "kept", "run__cycle", gone, *hidden.BRIEF)
    key: Key | None = None
    found = []
    for row in own.values(*names, *taken):
        withdrawn = row[gone] is not None
        if withdrawn:
            row |= dict.fromkeys(taken)  # noqa: PLW2901
        elif row["brief"]:
            key = key or keys.of(row["run__cycle"])
            row |= {f"the_{name}": value for name, value in hidden.brief(row, key).items()}
        overall, rank, partial = row["the_overall"], row["the_rank"], bool(row["the_partial"])
        name, team = row["participant__name"], row["participant__team"]
        found.append(Brief(row["participant"], name, team, row["kept"], overall, rank, partial, withdrawn))
    return found


def comments(actor: Actor, cycle: Cycle) -> QuerySet[Comment]:
    """Comments to review, for people analytics; none on a result that was withdrawn."""
    if not actor.has("analytics") or cycle.state not in SCORED:
        return Comment.objects.none()
    rows = Comment.objects.filter(
        participant__cycle=cycle,
        participant__cycle__organisation=actor.organisation,
        participant__withdrawn=False,
        participant__correction__withdrawn=None,
    )
    return rows.select_related("participant")


def comment(actor: Actor, comment_id: UUID) -> Comment:
    """One comment under review, or 404: a sealed one is what it is."""
    rows = Comment.objects.filter(
        participant__cycle__organisation=actor.organisation,
        participant__cycle__state__in=("review", "released"),
        participant__correction__withdrawn=None,
    ).select_related("participant__cycle")
    found = rows.filter(pk=comment_id).first() if actor.has("analytics") else None
    if found is None:
        raise Http404
    return found


def shown_comments(seen: Seen) -> list[Comment]:
    """What of the comments goes with a result; random keys are a random order."""
    if seen.is_withdrawn:
        return []
    states = ("public", "coach") if seen.audience in ("coach", "analytics") else ("public",)
    rows = seen.participant.comments.filter(state__in=states).select_related("participant")
    return hidden.comments(rows.order_by("pk"))


def releases(actor: Actor, cycle: Cycle) -> QuerySet[Release]:
    """Releases of a cycle, for those who run it."""
    if not actor.has(*RUNNERS):
        return Release.objects.none()
    rows = Release.objects.filter(participant__cycle=cycle)
    return rows.filter(participant__cycle__organisation=actor.organisation)


def contests(actor: Actor, cycle: Cycle) -> QuerySet[Contest]:
    """Contests of a cycle, open ones first, for those who run it."""
    if not actor.has(*RUNNERS):
        return Contest.objects.none()
    rows = Contest.objects.filter(participant__cycle=cycle)
    rows = rows.filter(participant__cycle__organisation=actor.organisation)
    return rows.select_related("participant").order_by("-state", "time")


def contest(actor: Actor, contest_id: UUID) -> Contest:
    """One contest to answer, or 404."""
    rows = Contest.objects.filter(participant__cycle__organisation=actor.organisation)
    found = rows.select_related("participant__cycle").filter(pk=contest_id).first()
    if found is None or not actor.has(*RUNNERS):
        raise Http404
    return found
