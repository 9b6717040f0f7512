"""A running cycle in which Petra has everything before her: not begun, begun, submitted; and a customer."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

from django.utils import timezone
from tests.web.cast import World
from tests.web.sheets import draft

from leadline.web.cycles import keys
from leadline.web.cycles.models import Assignment, Cycle, Participant, PersonalLink, Stakeholder
from leadline.web.rating.submitting import submit

FRAMEWORK = "technical-leadership@1.0.0"
BEGUN = {"architecture_judgement_1": 4, "architecture_judgement_2": None, "engineering_quality_1": 3}
REVEALING = "As the only tester in my team I saw it on Monday."


def add(world: World) -> None:
    """Add it."""
    cycle = Cycle.objects.create(
        organisation=world.organisation,
        title="Leadership feedback, autumn",
        state="running",
        framework=FRAMEWORK,
        time_zone="Europe/Berlin",
        closes=date(2100, 10, 30),
    )
    keys.create(cycle)
    about = {
        name: Participant.objects.create(cycle=cycle, person=world.people[name], name=world.people[name].name)
        for name in ("ratee", "elif", "bo", "rater")
    }
    petra = world.people["rater"]
    for name, ratee in (("new", "ratee"), ("begun", "elif"), ("submitted", "bo"), ("self", "rater")):
        kind = "self" if name == "self" else "peer"
        world.things[f"rate_{name}"] = Assignment.objects.create(
            participant=about[ratee], rater=petra, relationship=kind
        )
    world.things["rate_as_manager"] = Assignment.objects.create(
        participant=about["ratee"], rater=world.people["manager"], relationship="manager"
    )
    comments = {"architecture_judgement": REVEALING}
    draft(world.things["rate_begun"], answers=BEGUN, comments=comments, seconds=90, revision=3)
    draft(world.things["rate_submitted"], answers=BEGUN)
    submit(world.things["rate_submitted"])
    _customer(world, cycle, about["ratee"])


def _customer(world: World, cycle: Cycle, ratee: Participant) -> None:
    """Somebody from outside with a personal link, and with one that expired."""
    customer = Stakeholder.objects.create(cycle=cycle, name="Kai Kunz", email="kai@customer.example")
    for name, days in (("rating_link", 30), ("rating_link_expired", -1)):
        world.things[name] = name.replace("_", "-")
        PersonalLink.objects.create(
            stakeholder=customer,
            digest=hashlib.sha256(world.things[name].encode()).hexdigest(),
            expires=timezone.now() + timedelta(days=days),
        )
    world.things["rate_by_link"] = Assignment.objects.create(
        participant=ratee, stakeholder=customer, relationship="stakeholder"
    )
