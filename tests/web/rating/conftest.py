"""A running cycle in which six people rate Ravi, and others rate Petra."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings
from tests.web.cast import World
from tests.web.sheets import draft
from tests.web.worlds.rating import FRAMEWORK

from leadline.web.cycles import keys
from leadline.web.cycles.models import Assignment, Cycle, Participant, Stakeholder

RATERS = {"rater": "peer", "bo": "peer", "chidi": "peer", "manager": "manager", "gita": "report"}


@dataclass
class Round:
    """A running cycle; ``by`` finds an assignment by ratee and rater."""

    cycle: Cycle
    by: dict[tuple[str, str], Assignment]

    def answer(self, ratee: str, rater: str, rating: int = 4) -> Assignment:
        """Draft answers of a rater."""
        assignment = self.by[ratee, rater]
        answers = {"delegation_1": rating, "clarity_1": None, "clarity_2": rating - 1}
        return draft(assignment, answers=answers, comments={"clarity": f"from {rater}"})


@pytest.fixture
def data(settings: Settings, tmp_path: Path) -> Path:
    """A data folder of its own."""
    settings.LEADLINE_DATA = tmp_path
    return tmp_path


@pytest.fixture
def round_(world: World, data: Path) -> Round:
    Cycle.objects.all().delete()  # that of the world: these tests count rows
    cycle = Cycle.objects.create(
        organisation=world.organisation, title="Autumn", state="running", framework=FRAMEWORK
    )
    keys.create(cycle)
    by = {}
    for name in ("ratee", "elif"):
        person = world.people[name]
        participant = Participant.objects.create(cycle=cycle, person=person, name=person.name)
        for rater, relationship in {**RATERS, name: "self"}.items():
            by[name, rater] = Assignment.objects.create(
                participant=participant, rater=world.people[rater], relationship=relationship
            )
        if name == "ratee":
            customer = Stakeholder.objects.create(cycle=cycle, email="customer@example.org")
            by[name, "customer"] = Assignment.objects.create(
                participant=participant, stakeholder=customer, relationship="stakeholder"
            )
    return Round(cycle, by)
