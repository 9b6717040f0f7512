"""A cycle in preparation, one in which raters are proposed, one that runs, one in review.

``participant_<name>`` are ratees of the running one, ``nominee_<name>`` of the one that nominates;
``assignment_<ratee>_<rater>`` are of the running one. ``link_token`` opens the customer's queue.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.utils import timezone
from tests.web.cast import World

from leadline.web.accounts.access import Actor
from leadline.web.cycles import launching, nominating, panels, planning, posting
from leadline.web.cycles.models import Assignment, Cycle, Job, Mailed, Participant, PersonalLink, Stakeholder

FRAMEWORK = "technical-leadership@1.0.0"
DAY = timedelta(days=1)


def add(world: World) -> None:
    """Add them."""
    actor = world.actor("analytics")
    world.things["cycle_draft"] = _draft(world, actor)
    world.things["cycle_nominating"] = _nominating(world, actor)
    world.things["cycle_running"] = _running(world, actor)
    world.things["cycle_closed"] = Cycle.objects.create(
        organisation=world.organisation, title="Last year", state="review", framework=FRAMEWORK
    )
    broken = {"code": "web.cycles.broken", "fields": {}}
    for name, state, failure in (("job", "waiting", None), ("job_failed", "failed", broken)):
        world.things[name] = Job.objects.create(
            cycle=world.things["cycle_closed"], kind="launch", by=actor.user, state=state, failure=failure
        )
    # Delivering is the worker's; what the world's pages show does not wait for it.
    Mailed.objects.update(state="sent")


def begun(world: World, actor: Actor, title: str, ratees: tuple[str, ...]) -> Cycle:
    """A draft that nothing blocks."""
    cycle = planning.create(actor, title)
    today = timezone.localdate()
    faults = planning.change(
        actor,
        cycle,
        framework=FRAMEWORK,
        languages=["en", "zh"],
        nominate_until=today + 7 * DAY,
        opens=today + 14 * DAY,
        closes=today + 35 * DAY,
        appeal_until=today + 63 * DAY,
    )
    assert faults == ()
    planning.assess(actor, cycle, [world.people[name] for name in ratees])
    return cycle


def _draft(world: World, actor: Actor) -> Cycle:
    return begun(world, actor, "Spring leadership", ("ratee", "member", "manager"))


def _nominating(world: World, actor: Actor) -> Cycle:
    cycle = begun(world, actor, "Nominations 2026", ("ratee", "rater"))
    rules = {
        **cycle.rules,
        "peer": {"source": "nomination", "least": 2, "most": 5},
        "stakeholder": {"source": "stakeholders", "least": 1, "most": 3},
    }
    assert planning.change(actor, cycle, rules=rules) == ()
    nominating.open_nominations(cycle, actor)
    for name in ("ratee", "rater"):
        row = Participant.objects.select_related("cycle", "manager").get(
            cycle=cycle, person=world.people[name]
        )
        world.things[f"nominee_{name}"] = row
        world.things[f"proposed_{name}"] = nominating.propose(
            world.actor(name), row, world.people["bo"], "peer"
        )
        nominating.propose(world.actor(name), row, world.people["member"], "peer")
        nominating.propose_stakeholder(world.actor(name), row, f"client-of-{name}@example.org", name="Klara")
    nominating.hand_in(world.actor("rater"), world.things["nominee_rater"])
    return cycle


def _running(world: World, actor: Actor) -> Cycle:
    cycle = begun(world, actor, "Autumn leadership", ("ratee", "rater", "elif"))
    ravi = cycle.participants.get(person=world.people["ratee"])
    panels.add_stakeholder(actor, ravi, "customer@example.org", name="Carla Customer")
    launching.launch(cycle, actor)
    for row in cycle.participants.select_related("person"):
        world.things[f"participant_{_name(world, row)}"] = row
    for row in Assignment.objects.filter(participant__cycle=cycle, rater__isnull=False).select_related(
        "participant__person", "participant__cycle", "rater"
    ):
        ratee = _name(world, row.participant)
        rater = next(name for name, person in world.people.items() if person.pk == row.rater_id)
        world.things[f"assignment_{ratee}_{rater}"] = row
    customer = Stakeholder.objects.get(cycle=cycle)
    world.things["stakeholder"] = customer
    world.things["assignment_ratee_customer"] = customer.assignments.get()
    world.things["link_token"] = posting.personal(customer, cycle)
    expired = "expired-token"
    PersonalLink.objects.create(
        stakeholder=customer,
        digest=hashlib.sha256(expired.encode()).hexdigest(),
        expires=timezone.now() - DAY,
    )
    world.things["expired_link_token"] = expired
    return cycle


def _name(world: World, row: Participant) -> str:
    return next(name for name, person in world.people.items() if person.pk == row.person_id)
