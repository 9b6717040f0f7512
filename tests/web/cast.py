"""The cast of the web tests: one organisation with every role, and an outsider from another.

``worlds/<app>.py`` adds what an app needs: a function ``add(world)`` that puts things into ``world.things``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from leadline.web.accounts.access import Actor
from leadline.web.accounts.models import Membership, Organisation, User
from leadline.web.people.models import Person, Team

VISITORS = (
    "anonymous",
    "operator",
    "analytics",
    "manager",
    "ratee",
    "rater",
    "member",
    "coach",
    "analyst",
    "auditor",
    "outsider",
)
GRANTS = {
    "operator": "Olga Ortiz",
    "analytics": "Ana Abel",
    "coach": "Cora Chen",
    "analyst": "Noor Nasser",
    "auditor": "Udo Unger",
}
PEOPLE = {"manager": "Mei Martin", "ratee": "Ravi Rao", "rater": "Petra Pahl", "member": "Tom Tanaka"}
PEERS = ("Bo Berg", "Chidi Cole", "Elif Eren", "Finn Fox")
REPORTS = ("Gita Gill", "Hugo Hahn", "Ida Iversen")


@dataclass
class World:
    """``users`` by visitor; ``things`` by name, for the tables of permissions."""

    organisation: Organisation
    other: Organisation
    users: dict[str, User] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)

    def actor(self, visitor: str) -> Actor:
        """The visitor at work."""
        user = self.users[visitor]
        own = Membership.objects.get(user=user)
        return Actor(user, own.organisation, frozenset(own.roles), "127.0.0.1")


def build() -> World:
    """Mei leads Ravi, Petra and four peers; three people report to Ravi; Dana leads Mei; Tom is elsewhere."""
    world = World(
        Organisation.objects.create(name="Acme", language="en", time_zone="Europe/Berlin"),
        Organisation.objects.create(name="Borealis", language="en", time_zone="UTC"),
    )
    for visitor, name in GRANTS.items():
        _user(world, visitor, name, [visitor])
    world.users["outsider"] = User.objects.create_user(
        "otto@borealis.example", "a long password", name="Otto Olsen"
    )
    Membership.objects.create(
        user=world.users["outsider"],
        organisation=world.other,
        roles=["operator", "analytics", "coach", "analyst", "auditor"],
    )
    payments = Team.objects.create(organisation=world.organisation, name="Payments")
    platform = Team.objects.create(organisation=world.organisation, name="Platform")
    world.people["dana"] = _person(world, "Dana Diaz", platform, None)
    world.people["manager"] = _person(world, PEOPLE["manager"], payments, world.people["dana"], "manager")
    for visitor in ("ratee", "rater"):
        world.people[visitor] = _person(world, PEOPLE[visitor], payments, world.people["manager"], visitor)
    world.people["member"] = _person(world, PEOPLE["member"], platform, world.people["dana"], "member")
    for name in PEERS:
        world.people[name.split()[0].lower()] = _person(world, name, payments, world.people["manager"])
    for name in REPORTS:
        world.people[name.split()[0].lower()] = _person(world, name, payments, world.people["ratee"])
    world.people["ratee"].coach = world.users["coach"]
    world.people["ratee"].save()
    world.things |= {f"user_{name}": user for name, user in world.users.items()}
    world.things |= {f"person_{name}": person for name, person in world.people.items()}
    world.things |= {"team": payments}
    for path in sorted((Path(__file__).parent / "worlds").glob("*.py")):
        import_module(f"tests.web.worlds.{path.stem}").add(world)
    return world


def _user(world: World, visitor: str, name: str, roles: list[str]) -> User:
    email = f"{name.split(maxsplit=1)[0].lower()}@acme.example"
    user = User.objects.create_user(email, "a long password", name=name)
    Membership.objects.create(user=user, organisation=world.organisation, roles=roles)
    world.users[visitor] = user
    return user


def _person(world: World, name: str, team: Team, manager: Person | None, visitor: str = "") -> Person:
    key = name.split(maxsplit=1)[0].lower()
    user = _user(world, visitor, name, []) if visitor else None
    return Person.objects.create(
        pk=uuid5(
            NAMESPACE_URL, f"{world.organisation.name}/{key}"
        ),  # so that keys name them alike in every world
        organisation=world.organisation,
        key=key,
        name=name,
        email=f"{key}@acme.example",
        team=team,
        manager=manager,
        user=user,
    )
