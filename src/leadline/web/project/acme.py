"""The demonstration's organisation: Acme of ``examples/acme``, brought in through the services people use.

``python -m leadline.web.project.acme`` fills an empty database: its people, a released cycle, a running one,
and one in which raters are being nominated.
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache, cached_property
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import django
from django.db import transaction

django.setup()

from leadline.web.accounts.access import Actor  # noqa: E402  models load only once Django is set up
from leadline.web.accounts.audit import record  # noqa: E402
from leadline.web.accounts.models import Membership, Organisation, User  # noqa: E402
from leadline.web.cycles import closing, launching, nominating, panels, planning, progress  # noqa: E402
from leadline.web.cycles.deadlines import today  # noqa: E402
from leadline.web.cycles.models import Assignment, Cycle  # noqa: E402
from leadline.web.people.importing import apply  # noqa: E402
from leadline.web.people.joining import ensure_account  # noqa: E402
from leadline.web.people.models import Person  # noqa: E402
from leadline.web.people.trying import try_out  # noqa: E402
from leadline.web.project.prepare import prepare  # noqa: E402
from leadline.web.rating import drafts  # noqa: E402
from leadline.web.rating.submitting import submit  # noqa: E402
from leadline.web.results.models import Comment  # noqa: E402
from leadline.web.results.releasing import release  # noqa: E402
from leadline.web.results.reviewing import review  # noqa: E402
from leadline.web.results.runs import score  # noqa: E402
from leadline.workflows import ATTRIBUTED, demo_evidence  # noqa: E402

FRAMEWORK = "technical-leadership@1.0.0"
GRANTS = {
    "uma.iyer": ["operator", "analytics"],
    "dai.rusong": ["analytics"],
    "he.jingxing": ["coach"],
    "jia.haoyu": ["analyst"],
    "wang.huimin": ["auditor"],
}
COACHED = ("ada", "deng", "hu", "ravi")
NOMINATING = ("Data", "Mobile")
RUNNING = ("Platform", "Payments", "Technology Office")
ANSWERED = 0.6
"""Share of the running cycle's forms that are in."""


@dataclass
class Sheet:
    """What one rater says of one ratee."""

    ratee: str
    rater: str
    relationship: str
    answers: dict[str, int | None] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)


@cache
def sheets(name: str) -> tuple[Sheet, ...]:
    """The answer sheets of a cycle of ``ratings.csv``."""
    with (demo_evidence() / "ratings.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["cycle"] == name]
    key = itemgetter("ratee", "rater", "relationship")
    by_rater = groupby(sorted(rows, key=key), key=key)
    return tuple(_sheet(Sheet(*who), given) for who, given in by_rater)


def _sheet(sheet: Sheet, rows: Iterable[dict[str, str]]) -> Sheet:
    for row in rows:
        sheet.answers[row["item"]] = int(row["rating"]) if row["rating"] else None
        if row["comment"]:
            # An item is named after its competency, to which a comment belongs on the form.
            sheet.comments[re.sub(r"_\d+$", "", row["item"])] = row["comment"]
    return sheet


@dataclass
class Company:
    """Acme while it is being brought in."""

    organisation: Organisation
    actor: Actor

    @cached_property
    def people(self) -> dict[str, Person]:
        """Everybody by key."""
        rows = Person.objects.filter(organisation=self.organisation).select_related("team", "manager", "user")
        return {person.key: person for person in rows}

    @cached_property
    def leaders(self) -> list[Person]:
        """Those who are assessed."""
        with (demo_evidence() / "groups.csv").open(encoding="utf-8", newline="") as file:
            return [self.people[row["person"]] for row in csv.DictReader(file)]

    def of(self, teams: tuple[str, ...]) -> list[Person]:
        """Leaders of some teams."""
        return [leader for leader in self.leaders if leader.team and leader.team.name in teams]


def build() -> None:
    """Fill an empty database."""
    company = _founded()
    _people(company)
    _accounts(company)
    _released(company)
    _running(company)
    _nominating(company)


def _founded() -> Company:
    with transaction.atomic():
        own = Organisation.objects.create(name="Acme", language="en", time_zone="Europe/Dublin")
        user = User.objects.create_user("uma.iyer@acme.example", name="Uma Iyer", language="en")
        Membership.objects.create(user=user, organisation=own, roles=GRANTS["uma.iyer"])
        record(own, "project.started", own)
    return Company(own, Actor(user, own, frozenset(GRANTS["uma.iyer"])))


def _people(company: Company) -> None:
    """Import the file of people, with the addresses, languages and time zones a company would have in it."""
    with (demo_evidence() / "people.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        chinese = any(ord(letter) > 0x2E7F for letter in row["name"])
        row["email"] = f"{row['person']}@acme.example"
        row["language"] = "zh" if chinese else "en"
        row["time zone"] = "Asia/Shanghai" if chinese else "Europe/Dublin"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        apply(company.actor, try_out(company.actor, path, "people.csv", others_left=False))


def _accounts(company: Company) -> None:
    """Accounts of the leaders and of those with a grant; a coach for some."""
    with transaction.atomic():
        for person in (*company.leaders, *(company.people[key] for key in GRANTS)):
            ensure_account(person)
        for key, roles in GRANTS.items():
            Membership.objects.filter(user=company.people[key].user).update(roles=roles)
        for key in COACHED:
            company.people[key].coach = company.people["he.jingxing"].user
            company.people[key].save(update_fields=["coach"])


def _prepared(company: Company, title: str, ratees: list[Person], **fields: Any) -> Cycle:
    """A cycle with ratees whose colleagues are nominated."""
    cycle = planning.create(company.actor, title)
    rules = {name: planning.RULES[name] for name in ATTRIBUTED}
    rules |= {name: {"source": "nomination", "least": 3, "most": 12} for name in ("peer", "report")}
    rules["stakeholder"] = {"source": "stakeholders", "least": 1, "most": 12}
    faults = planning.change(
        company.actor, cycle, framework=FRAMEWORK, languages=["en", "zh"], rules=rules, **fields
    )
    assert not faults, faults  # noqa: S101  a fault here is a fault of the program
    planning.assess(company.actor, cycle, ratees)
    return cycle


def _launched(company: Company, title: str, given: Sequence[Sheet], days: int) -> Cycle:
    """A cycle of everybody's panels as in the sheets, launched."""
    ratees = [company.people[key] for key in dict.fromkeys(sheet.ratee for sheet in given)]
    day = today(Cycle(time_zone=company.organisation.time_zone))
    dates = {"closes": day + timedelta(days=days), "appeal_until": day + timedelta(days=days + 28)}
    cycle = _prepared(company, title, ratees, **dates)
    participants = {one.person_id: one for one in cycle.participants.select_related("cycle")}
    with transaction.atomic():
        for sheet in given:
            if sheet.relationship not in ATTRIBUTED:
                ratee, rater = company.people[sheet.ratee], company.people[sheet.rater]
                panels.add(company.actor, participants[ratee.pk], rater, sheet.relationship)
    return launching.launch(cycle, company.actor)


def _answer(cycle: Cycle, given: Iterable[Sheet]) -> None:
    rows = Assignment.objects.filter(participant__cycle=cycle, state="approved")
    found = rows.select_related("participant__person", "participant__cycle", "rater")
    by_pair = {(a.participant.person.key, a.rater.key): a for a in found if a.participant.person and a.rater}
    with transaction.atomic():
        for sheet in given:
            own = by_pair[sheet.ratee, sheet.rater]
            drafts.write(own, drafts.Written(sheet.answers, sheet.comments, seconds=420))
            submit(own)
    # Launched and answered on one day: what nights would have noted is noted now.
    Cycle.objects.filter(pk=cycle.pk).update(noted=None)
    progress.note(cycle)


def _released(company: Company) -> None:
    """Last half-year's cycle: answered, scored, its comments reviewed, released."""
    given = sheets("2026-H1")
    cycle = _launched(company, "Technical leadership 2026, first half", given, days=1)
    _answer(cycle, given)
    cycle = closing.close(cycle, company.actor)
    # Here and now, and not by the worker, which is not running yet.
    score.call(str(cycle.runs.get().pk))
    cycle.refresh_from_db()
    for n, comment in enumerate(Comment.objects.filter(participant__cycle=cycle).order_by("text", "pk")):
        review(company.actor, comment, "withheld" if n % 11 == 0 else "coach" if n % 13 == 0 else "public")
    release(company.actor, cycle, ["manager"])
    # The services know today alone; a cycle of the past is moved there afterwards.
    day = today(cycle)
    past = {"opens": day - timedelta(days=35), "closes": day - timedelta(days=7)}
    Cycle.objects.filter(pk=cycle.pk).update(**past)


def _running(company: Company) -> None:
    """This half-year's: most have answered; leaders, whom one may act as, mostly still owe."""
    ratees = {leader.key for leader in company.of(RUNNING)}
    given = [sheet for sheet in sheets("2026-H2") if sheet.ratee in ratees]
    cycle = _launched(company, "Technical leadership 2026, second half", given, days=12)
    leaders = {leader.key for leader in company.leaders}
    answered = [s for n, s in enumerate(given) if s.rater not in leaders or n % 10 < 10 * (ANSWERED - 0.3)]
    _answer(cycle, answered[: int(ANSWERED * len(given))])


def _nominating(company: Company) -> None:
    """Next year's: one ratee has not begun, others wait for their manager, one panel is approved."""
    day = today(Cycle(time_zone=company.organisation.time_zone))
    starts = (("nominate_until", 7), ("opens", 14), ("closes", 35), ("appeal_until", 63))
    dates = {name: day + timedelta(days=n) for name, n in starts}
    ratees = company.of(NOMINATING)
    cycle = _prepared(company, "Leadership in data and mobile 2027", ratees, **dates)
    cycle = nominating.open_nominations(cycle, company.actor)
    wanted = {leader.key: list(_colleagues(leader.key)) for leader in ratees}
    for n, participant in enumerate(cycle.participants.select_related("person", "manager", "cycle")):
        person = participant.person
        user = ensure_account(person) if person else None
        if person is None or user is None or n % 4 == 0:
            continue
        own = Actor(user, company.organisation, frozenset())
        for sheet in wanted[person.key]:
            nominating.propose(own, participant, company.people[sheet.rater], sheet.relationship)
        nominating.hand_in(own, participant)
        if n % 4 == 3:
            nominating.approve(company.actor, participant)


def _colleagues(ratee: str) -> Iterator[Sheet]:
    """Peers and reports of last time."""
    return (s for s in sheets("2026-H1") if s.ratee == ratee and s.relationship in ("peer", "report"))


if __name__ == "__main__":
    prepare()
    build()
