"""Who rates whom and says what, known in advance: 30 ratees, 125 raters in house, 305 assignments.

A director leads five leads, each of whom leads five ratees with three or four reports of their own. Raters
differ in severity. Everything follows from the seed.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from leadline.frameworks import load_framework

FRAMEWORK = "technical-leadership@1.0.0"
ITEMS = tuple(item.id for item in load_framework(FRAMEWORK).items)
COMPETENCIES = tuple(one.id for one in load_framework(FRAMEWORK).competencies)
ITEMS_OF = {one: tuple(i.id for i in load_framework(FRAMEWORK).items_of(one)) for one in COMPETENCIES}
ATTRIBUTED = ("self", "manager")
ROLES = ("operator", "analytics", "coach", "analyst", "auditor")
LEADS, RATEES, REPORTS = 5, 30, 94
ABSTAINED, LONG_WRITERS = 0.03, 0.15
WORDS = (
    (
        "explains",
        "decides",
        "listens",
        "plans",
        "reviews",
        "delegates",
        "writes",
        "teaches",
        "returns",
        "argues",
    ),
    ("early", "late", "calmly", "often", "rarely", "clearly", "before", "after", "in", "about"),
    ("release", "meeting", "design", "incident", "budget", "customer", "quarter", "team", "question", "goal"),
)


@dataclass
class Sheet:
    """What one rater says of one ratee, and what becomes of it.

    ``fate`` is ``in``, ``none``, ``draft`` (begun, never handed in), ``kept`` (sent signed-out, lost),
    ``back`` (handed in, taken back), ``again`` (taken back and handed in again), ``extended`` (after the
    closing day), ``joined`` (the same of somebody who was asked late) or ``late`` (after a run).
    """

    rater: str
    ratee: str
    relationship: str
    fate: str = "in"
    answers: dict[str, int | None] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Names it."""
        return f"{self.rater}>{self.ratee}"

    @property
    def anonymous(self) -> bool:
        """Whether nobody may learn whose it is."""
        return self.relationship not in ATTRIBUTED


@dataclass
class Cast:
    """``managers`` by person; sheets in the order in which they are handed in."""

    managers: dict[str, str]
    sheets: list[Sheet]
    ratees: tuple[str, ...]

    def of(self, *fates: str) -> list[Sheet]:
        """Sheets by fate."""
        return [one for one in self.sheets if one.fate in fates]


def cast(seed: int) -> Cast:
    """Make it up."""
    chance = random.Random(seed)  # noqa: S311  answers, not secrets
    leads = [f"lead{n}" for n in range(LEADS)]
    others = [f"ratee{n:02}" for n in range(RATEES - LEADS)]
    reports = [f"report{n:02}" for n in range(REPORTS)]
    managers = {"director": ""} | dict.fromkeys(leads, "director")
    managers |= {one: leads[n % LEADS] for n, one in enumerate(others)}
    managers |= {one: others[n % len(others)] for n, one in enumerate(reports)}
    ratees = (*leads, *others)
    sheets = [Sheet(*who) for who in _panels(managers, ratees, chance)]
    severity = {name: chance.gauss(0, 1.1) for name in managers}
    level = {name: chance.gauss(3.2, 0.5) for name in ratees}
    for sheet in sheets:
        _answer(sheet, level[sheet.ratee] - severity.get(sheet.rater, 0.0), chance)
    _comment(sheets, chance)
    chance.shuffle(sheets)
    _fates(sheets, chance)
    return Cast(managers, sheets, ratees)


def _panels(
    managers: dict[str, str], ratees: Sequence[str], chance: random.Random
) -> list[tuple[str, str, str]]:
    found = []
    for ratee in ratees:
        found += [(ratee, ratee, "self"), (managers[ratee], ratee, "manager")]
        found += [(one, ratee, "peer") for one in ratees if one != ratee and managers[one] == managers[ratee]]
        found += [(one, ratee, "report") for one, manager in managers.items() if manager == ratee]
    outside = chance.sample(list(ratees[LEADS:]), 6)
    return found + [(f"customer{n % 3}", ratee, "stakeholder") for n, ratee in enumerate(outside)]


def _answer(sheet: Sheet, level: float, chance: random.Random) -> None:
    for competency, items in ITEMS_OF.items():
        own = level + 0.5 * (len(competency) % 3 - 1) + chance.gauss(0, 0.3)
        for item in items:
            rating = max(1, min(5, round(chance.gauss(own, 0.6))))
            sheet.answers[item] = None if chance.random() < ABSTAINED else rating


def _comment(sheets: Sequence[Sheet], chance: random.Random) -> None:
    """Most write on one or two competencies, a few at length; each text is unique, and none has a style."""
    for n, sheet in enumerate(sheets):
        is_long = chance.random() < LONG_WRITERS
        for competency in chance.sample(COMPETENCIES, chance.choice((0, 1, 1, 2, 2))):
            mark = "".join(chance.choices("bcdfghjklmnpqrstvwxz", k=7))
            said = _at_length(chance) if is_long else _in_short(chance)
            sheet.comments[competency] = f"{mark}{n} {said}."


def _in_short(chance: random.Random) -> str:
    return " ".join(chance.choice(WORDS[n % 3]) for n in range(chance.randint(5, 25)))


def _at_length(chance: random.Random) -> str:
    """A thousand letters, which pack no better than a text that means something."""
    return " ".join("".join(chance.choices("aeiourstlmn", k=6)) for _ in range(chance.randint(100, 200)))


def _fates(sheets: list[Sheet], chance: random.Random) -> None:
    """A few of each; ratees of late answers have enough others to be shown, for somebody has to see a run."""
    for sheet in sheets:
        if chance.random() > (0.82 if sheet.anonymous else 0.95):
            sheet.fate = "none"
    given = [one for one in sheets if one.fate == "in" and one.anonymous]
    peers = [one for one in given if one.relationship == "peer" and one.rater.startswith("ratee")]
    reports = [one for one in given if one.relationship == "report" and one.rater.startswith("report")]
    for fate, pool, n in (
        ("draft", reports, 8),
        ("kept", reports, 8),
        ("extended", reports, 8),
        ("joined", reports, 14),
        ("back", peers, 4),
        ("again", peers, 4),
    ):
        for sheet in chance.sample([one for one in pool if one.fate == "in"], n):
            sheet.fate = fate
    _late(sheets, chance)


def _late(sheets: list[Sheet], chance: random.Random) -> None:
    """Four answers after a run, on four ratees, each high or low by competency as coins fall."""
    taken: set[str] = set()
    for sheet in sheets:
        if sheet.fate != "in" or sheet.relationship != "peer" or sheet.ratee in taken:
            continue
        others = [o for o in sheets if o.ratee == sheet.ratee and o.relationship == "peer" and o.fate == "in"]
        if len(others) < 4 or len(taken) == 4:
            continue
        taken.add(sheet.ratee)
        sheet.fate = "late"
        for items in ITEMS_OF.values():
            sheet.answers |= dict.fromkeys(items, chance.choice((1, 5)))
