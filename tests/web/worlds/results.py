"""Cycles that are closed: one in review, of which people are selected, and one released.

Both were scored by the real scorer once; since answers are the same in every world, later worlds are
given what it stored.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from django.utils import timezone
from tests.web.cast import World
from tests.web.sheets import copied, fixed_key, sheet

from leadline.web.accounts.audit import record, record_read
from leadline.web.catalogue.frameworks import load
from leadline.web.cycles.models import Assignment, Cycle, Participant
from leadline.web.results import scoring
from leadline.web.results.models import Comment, Contest, Correction, Release, Result, Run

FRAMEWORK = "technical-leadership@1.0.0"
RATEES = ("ratee", "rater", "bo", "chidi", "elif", "member")
SAID = (
    "Explains a trade-off so that everybody in the room can repeat it.",
    "Decisions come late when two teams disagree.",
    "Gave me room to try a design of my own, and came back to it after the release.",
    "In reviews it would help to hear first what is good.",
    "Keeps calm in an incident, and says who does what next.",
)
BERLIN = ZoneInfo("Europe/Berlin")
KEPT: dict[str, list[list[Any]]] = {}


def add(world: World) -> None:
    """Add them."""
    review = closed(world, "Promotion round", "selection")
    scored(review)
    released = closed(
        world, "Leadership 2026", "development", appeal_until=timezone.localdate(timezone=BERLIN)
    )
    scored(released)
    Comment.objects.filter(participant__cycle=released).update(state="public")
    for participant in released.participants.all():
        for audience in ("ratee", "manager"):
            Release.objects.create(participant=participant, audience=audience)
    released.state = "released"
    released.save()
    ravi = released.participants.get(person=world.people["ratee"])
    world.things |= {
        "cycle_review": review,
        "cycle_released": released,
        "run": review.runs.get(),
        "result_ratee": ravi,
        "result_thin": released.participants.get(person=world.people["member"]),
        "result_review": review.participants.get(person=world.people["ratee"]),
        "comment": Comment.objects.filter(participant__cycle=review).order_by("pk").first(),
        "contest": Contest.objects.create(
            participant=ravi, text="In the spring I was on leave: nobody could see how I delegate."
        ),
        "run_failed": failed(world),
        "cycle_twice": twice(world),
    }
    world.things |= corrected(world)
    record(world.actor("coach"), "results.read", ravi, audience="coach", how="page")
    record_read(world.actor("analytics"), "results.read_comments", review, [world.things["result_review"].pk])
    record(world.actor("analytics"), "results.read_all", review, how="ranking_csv")
    world.things["cycle_silent"] = world.things["run_failed"].cycle


def twice(world: World) -> Cycle:
    """A cycle in review that was scored twice, of which the first figures were seen."""
    cycle = closed(world, "Twice scored", "development")
    first = scored(cycle)
    Result.objects.filter(run=first).update(shown=True)
    copied(first)
    return cycle


def corrected(world: World) -> dict[str, Participant]:
    """Of that cycle, one result that was withdrawn, and one whose ratings were collected again in vain."""
    day = timezone.localdate(timezone=BERLIN)
    gone, asked = (
        world.things["cycle_twice"].participants.get(name=name) for name in ("Bo Berg", "Chidi Cole")
    )
    Correction.objects.create(participant=gone, withdrawn=day, reason="Two raters had somebody else in mind.")
    said = "One rater had last year's project in mind. The figures still hold."
    Correction.objects.create(participant=asked, note=said, noted=day, asked=day, enough=False)
    Result.objects.filter(run__number=2, participant=asked).update(kept=1)
    return {"result_withdrawn": gone, "result_asked": asked}


def failed(world: World) -> Run:
    """A cycle that could not be scored."""
    cycle = Cycle.objects.create(
        organisation=world.organisation, title="Silent round", state="scoring", framework=FRAMEWORK
    )
    return Run.objects.create(
        cycle=cycle, number=1, state="failed", failure={"code": "web.results.no_answers", "fields": {}}
    )


def closed(world: World, title: str, purpose: str, **fields: object) -> Cycle:
    """A cycle in which everybody rated the ratees of their team, but few rated Tom."""
    fields = {"appeal_until": timezone.localdate(timezone=BERLIN) + timedelta(days=30), **fields}
    cycle = Cycle.objects.create(
        pk=uuid5(NAMESPACE_URL, title),
        organisation=world.organisation,
        title=title,
        purpose=purpose,
        state="scoring",
        framework=FRAMEWORK,
        languages=["en", "zh"],
        time_zone=BERLIN.key,
        closes=timezone.localdate(timezone=BERLIN) - timedelta(days=7),
        **fields,
    )
    fixed_key(cycle)
    chance = random.Random(7)  # noqa: S311  answers, not secrets
    framework = load(cycle.organisation, FRAMEWORK)
    # What somebody is good at differs, and so does how harshly others rate.
    for place, ratee in enumerate(RATEES):
        person = world.people[ratee]
        participant = Participant.objects.create(
            pk=uuid5(cycle.pk, ratee),
            cycle=cycle,
            person=person,
            manager=person.manager,
            name=person.name,
            team=person.team.name if person.team else "",
        )
        for number, (rater, group) in enumerate(panel(ratee)):
            assignment = Assignment.objects.create(
                participant=participant, rater=world.people[rater], relationship=group, submitted=True
            )
            submit(assignment, framework, chance, level=2.6 + 0.3 * place, number=number)
    return cycle


def panel(ratee: str) -> list[tuple[str, str]]:
    """Who rates a ratee, as what."""
    if ratee == "member":
        return [("member", "self"), ("dana", "manager"), ("bo", "peer")]
    peers = [one for one in ("rater", "bo", "chidi", "elif", "finn", "ratee") if one != ratee]
    reports = ["gita", "hugo", "ida"] if ratee == "ratee" else []
    return [
        (ratee, "self"),
        ("manager", "manager"),
        *((one, "peer") for one in peers),
        *((one, "report") for one in reports),
    ]


def submit(assignment: Assignment, framework: Any, chance: random.Random, level: float, number: int) -> None:
    """An answer sheet, as the form would have left it."""
    answers = {
        item.id: None
        if chance.random() < 0.04
        else max(1, min(5, round(chance.gauss(level + (len(item.competency) % 3) * 0.4, 0.8))))
        for item in framework.items
        if not item.relationships or assignment.relationship in item.relationships
    }
    comments = {"clarity": SAID[number % len(SAID)]} if 0 < number <= 6 else {}
    sheet(assignment.participant, assignment.relationship, assignment.rater_id, answers, comments)


def scored(cycle: Cycle) -> Run:
    """Score, or remember how it was scored."""
    if cycle.title not in KEPT:
        run = Run.objects.create(cycle=cycle, number=1)
        scoring.run(run)
        comments = Comment.objects.filter(participant__cycle=cycle)
        KEPT[cycle.title] = [[run], [run.basis], list(run.results.all()), list(comments)]
    else:
        for rows in KEPT[cycle.title]:
            type(rows[0]).objects.bulk_create(rows)
        Cycle.objects.filter(pk=cycle.pk).update(state="review")
    cycle.refresh_from_db()
    return cycle.runs.get()
