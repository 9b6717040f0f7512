"""Acme's people and who rates whom; read by generate.py."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, TypeVar

import numpy as np

TEAMS = ("Platform", "Payments", "Data", "Mobile", "Web", "Reliability", "Security")
OFFICE, RESEARCH = "Technology Office", "Research"
N_COLLEAGUES, N_PARTNERS, N_RESEARCHERS = 260, 21, 2
STAGE = {
    "Platform": "mature",
    "Payments": "mature",
    "Reliability": "mature",
    OFFICE: "mature",
    RESEARCH: "start-up",
}
ROLES = {
    "cto": "enterprise_cto",
    "architect": "chief_architect",
    "head": "head_of_engineering",
    "lead": "tech_lead",
}
LEVELS = {"cto": "L9", "architect": "L8", "head": "L7", "lead": "L6"}

T = TypeVar("T")
Assignment = tuple[str, str, str]


class Draws:
    """Random numbers made from uniform ones alone, whose stream numpy does not change between versions."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def uniform(self) -> float:
        """A number in [0, 1)."""
        return float(self.rng.random())

    def normal(self, mean: float, sd: float) -> float:
        """A normal number, by inversion."""
        return mean + sd * NormalDist().inv_cdf(min(max(self.uniform(), 1e-12), 1 - 1e-12))

    def some(self, values: Iterable[T], n: int) -> list[T]:
        """At most n of the values, in random order."""
        keyed = [(self.uniform(), value) for value in values]
        return [value for _, value in sorted(keyed, key=lambda pair: pair[0])[:n]]


def is_chinese(name: str) -> bool:
    """Whether a name is written in Chinese."""
    return name[0] >= "\u4e00"


@dataclass(frozen=True)
class Person:
    """A row of people.csv, and what decides who rates whom."""

    id: str
    name: str
    team: str
    manager: str
    role: str
    stage: str
    level: str
    start: str
    is_leader: bool = False

    @property
    def writes_chinese(self) -> bool:
        """Which language the person's comments are in."""
        return is_chinese(self.name)


def _names(cast: dict[str, Any], draw: Draws, n: int) -> list[tuple[str, str]]:
    made = cast["colleagues"]
    english = [
        (f"{g} {f}", f"{g}.{f}".lower()) for g in made["english_given"] for f in made["english_family"]
    ]
    chinese = [(f + g, f"{fp}.{gp}") for f, fp in made["chinese_family"] for g, gp in made["chinese_given"]]
    half = n // 2
    return [*draw.some(english, n - half), *draw.some(chinese, half)]


def people(cast: dict[str, Any], draw: Draws) -> list[Person]:
    """Forty leaders, then 260 colleagues: chief executive, partners, researchers, engineers."""
    leaders = cast["leaders"]
    heads = {x["team"]: x["id"] for x in leaders if x["role"] == "head"}
    leads = {team: [x["id"] for x in leaders if (x["team"], x["role"]) == (team, "lead")] for team in TEAMS}
    names = draw.some(_names(cast, draw, N_COLLEAGUES), N_COLLEAGUES)
    chief = names[0][1]

    def start() -> str:
        return f"{2014 + int(draw.uniform() * 11)}-{1 + int(draw.uniform() * 12):02d}-01"

    def manager_of(leader: dict[str, str]) -> str:
        return {"cto": chief, "lead": heads.get(leader["team"], "")}.get(leader["role"], "helena")

    made = [
        Person(
            id=x["id"],
            name=x["name"],
            team=x["team"],
            manager=manager_of(x),
            role=ROLES[x["role"]],
            stage=STAGE.get(x["team"], "growth"),
            level=LEVELS[x["role"]],
            start=start(),
            is_leader=True,
        )
        for x in leaders
    ]
    functions = cast["colleagues"]["functions"]
    spread = [lead for k in range(len(leaders)) for team in TEAMS for lead in leads[team][k : k + 1]]
    team_of = {lead: team for team in TEAMS for lead in leads[team]}
    for k, (name, person) in enumerate(names):
        if k == 0:
            team, manager, role, level = "Executive", "", "chief_executive", "L10"
        elif k <= 34:
            team, manager, role, level = functions[k % len(functions)], chief, "partner", "L6"
        elif k <= 34 + N_RESEARCHERS:
            team, manager, role, level = RESEARCH, heads[RESEARCH], "researcher", "L4"
        else:
            manager = spread[k % len(spread)]
            team, role, level = team_of[manager], "engineer", f"L{2 + int(draw.uniform() * 4)}"
        stage = STAGE.get(team, "growth") if team in (*TEAMS, RESEARCH) else ""
        made.append(Person(person, name, team, manager, role, stage, level, start()))
    return made


def partners(staff: list[Person]) -> list[str]:
    """People of the business who work with the technical teams and rate most, three to a team."""
    return [p.id for p in staff if p.role == "partner"][:N_PARTNERS]


def assignments(staff: list[Person], draw: Draws) -> list[Assignment]:
    """Who rates whom in one cycle: (ratee, rater, relationship)."""
    pairs: list[Assignment] = []
    lead, head = ROLES["lead"], ROLES["head"]
    business = partners(staff)
    heads = [p for p in staff if p.role == head and p.team in TEAMS]
    leads = {team: [p for p in staff if p.role == lead and p.team == team] for team in TEAMS}
    for person in (p for p in staff if p.is_leader):
        pairs += [(person.id, person.id, "self"), (person.id, person.manager, "manager")]
    for k, boss in enumerate(heads):
        team = leads[boss.team]
        mine = business[3 * k : 3 * k + 3]
        pairs += [(boss.id, p.id, "peer") for p in draw.some([h for h in heads if h is not boss], 4)]
        pairs += [(boss.id, p.id, "report") for p in team]
        pairs += [(boss.id, p, "stakeholder") for p in mine]
        neighbours = leads[TEAMS[(k + 1) % len(TEAMS)]]
        for n, one in enumerate(team):
            others = [p for p in team if p is not one]
            pairs += [(one.id, p.id, "peer") for p in (*others, *draw.some(neighbours, 2))]
            pairs += [(one.id, p, "stakeholder") for p in mine]
            engineers = draw.some([p for p in staff if p.manager == one.id], 5)
            pairs += [(one.id, p.id, "report") for p in engineers]
            pairs += [(team[(n + 1) % len(team)].id, p.id, "stakeholder") for p in engineers[:3]]
            pairs += [(boss.id, p.id, "report") for p in engineers[:1]]
    pairs += [("helena", p.id, "report") for p in staff if p.manager == "helena"]
    pairs += [("helena", p, "stakeholder") for p in draw.some(business, 4)]
    pairs += [("shen", p.id, "peer") for p in draw.some(heads, 5)]
    pairs += [("shen", p.id, "stakeholder") for p in draw.some([p for t in TEAMS for p in leads[t]], 4)]
    pairs += [("ingrid", p.id, "report") for p in staff if p.manager == "ingrid"]
    return pairs
