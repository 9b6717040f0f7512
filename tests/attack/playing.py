"""One cycle from plan to seal, through the services and pages that people use."""

from __future__ import annotations

import random
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.attack import holdings as held
from tests.attack import taking, trying
from tests.attack.cast import ATTRIBUTED, FRAMEWORK, ITEMS_OF, ROLES, Cast, Sheet, cast
from tests.attack.looking import desk, keep_stage, look, look_at_results
from tests.attack.reading import EDITED, on_desk
from tests.attack.telling import homes, rows_of
from tests.attack.world import BY_HTTP, PAIRS, POLLS, START, Clock

from leadline.web.accounts.access import Actor
from leadline.web.accounts.models import Membership, Organisation, User
from leadline.web.catalogue.frameworks import load
from leadline.web.cycles import closing, launching, panels, planning
from leadline.web.cycles.models import Assignment, Cycle, Participant
from leadline.web.people.joining import ensure_account
from leadline.web.people.models import Person, Team
from leadline.web.project import clock
from leadline.web.rating import submitting
from leadline.web.rating.questionnaire import Section, sections
from leadline.web.rating.saving import Given, Page, save
from leadline.web.results.releasing import release

SUSPECTED = 40
BACKEND = "django.contrib.auth.backends.ModelBackend"
ITEM_RULE = {"source": "nomination", "least": 3, "most": 12}


class Play:
    """The world while it goes on."""

    def __init__(self, folder: Path, seed: int, time: Clock) -> None:
        self.folder, self.time, self.start = folder, time, taking.position()
        self.chance = random.Random(seed)  # noqa: S311  answers, not secrets
        self.cast: Cast = cast(seed)
        self.truth = held.Truth()
        self.users: dict[str, User] = {}
        self.people: dict[str, Person] = {}
        self.order: list[str] = []

    @property
    def actor(self) -> Actor:
        """People analytics at work."""
        return Actor(self.users["analytics"], self.organisation, frozenset({"analytics"}), "10.0.0.7")

    def client(self, name: str, **options: Any) -> Client:
        """A browser, signed in."""
        own = Client(**options)
        if name:
            own.force_login(self.users[name], backend=BACKEND)
        return own

    def found(self) -> None:
        """An organisation with its people, and a cycle that is launched."""
        self.organisation = Organisation.objects.create(name="Acme", language="en", time_zone="UTC")
        for role in ROLES:
            user = User.objects.create_user(f"{role}@acme.example", "a long password", name=role.title())
            Membership.objects.create(user=user, organisation=self.organisation, roles=[role])
            self.users[role] = user
        for name, manager in self.cast.managers.items():
            team, _ = Team.objects.get_or_create(
                organisation=self.organisation, name=f"Team {manager or 'top'}"
            )
            self.people[name] = Person.objects.create(
                organisation=self.organisation,
                key=name,
                name=name.title(),
                email=f"{name}@acme.example",
                team=team,
                manager=self.people.get(manager),
                coach=self.users["coach"] if name in self.cast.ratees[:6] else None,
            )
            self.users[name] = ensure_account(self.people[name])
        self._launch()

    def _launch(self) -> None:
        day = timezone.localdate()
        cycle = planning.create(self.actor, "Leadership 2026")
        rules = {name: planning.RULES[name] for name in ATTRIBUTED} | {
            "peer": ITEM_RULE,
            "report": ITEM_RULE,
            "stakeholder": {"source": "stakeholders", "least": 1, "most": 12},
        }
        dates = {"closes": day + timedelta(days=14), "appeal_until": day + timedelta(days=60)}
        faults = planning.change(
            self.actor, cycle, framework=FRAMEWORK, languages=["en"], rules=rules, **dates
        )
        assert not faults
        planning.assess(self.actor, cycle, [self.people[name] for name in self.cast.ratees])
        about = {row.person_id: row for row in cycle.participants.all()}
        self.participants = {name: about[self.people[name].pk] for name in self.cast.ratees}
        with transaction.atomic():
            for sheet in self.cast.sheets:
                row = self.participants[sheet.ratee]
                if sheet.relationship == "stakeholder":
                    panels.add_stakeholder(self.actor, row, f"{sheet.rater}@out.example", name=sheet.rater)
                elif sheet.anonymous and sheet.fate != "joined":
                    panels.add(self.actor, row, self.people[sheet.rater], sheet.relationship)
        self.cycle = launching.launch(cycle, self.actor)
        for sheet in self.cast.of("joined"):
            row = Participant.objects.get(pk=self.participants[sheet.ratee].pk)
            panels.add(self.actor, row, self.people[sheet.rater], sheet.relationship)
        self.work()
        self._read_assignments()

    def _read_assignments(self) -> None:
        rows = Assignment.objects.select_related(
            "participant__person", "participant__cycle", "rater", "stakeholder"
        )
        found = {
            (row.rater.key if row.rater else row.stakeholder.name, row.participant.person.key): row
            for row in rows
        }
        self.assignments = {sheet.key: found[sheet.rater, sheet.ratee] for sheet in self.cast.sheets}
        self.keys = {name: row.pk.hex for name, row in self.assignments.items()}
        by_person = {person.pk.hex: name for name, person in self.people.items()}
        raters = {row.pk.hex: (row.rater_id or row.stakeholder_id).hex for row in self.assignments.values()}
        own = self.assignments.values()
        outside = {row.stakeholder_id.hex: row.stakeholder.name for row in own if row.stakeholder}
        sheets = {self.keys[sheet.key]: sheet for sheet in self.cast.sheets}
        attributed = [one for one in self.cast.of("in") if not one.anonymous]
        self.loot = held.Holdings(
            held.Known(
                {
                    key: (raters[key], self.participants[s.ratee].pk.hex, s.relationship)
                    for key, s in sheets.items()
                },
                by_person | outside,
                {row.pk.hex: name for name, row in self.participants.items()},
                {self.keys[one.key]: one.answers for one in attributed},
                {self.keys[one.key]: tuple(one.comments.values()) for one in attributed},
                ITEMS_OF,
                self.cycle.pk.hex,
                {user.pk.hex: name for name, user in self.users.items()},
                late=tuple(self.keys[one.key] for one in self.cast.of("late")),
                waited=frozenset(self.keys[one.key] for one in self.cast.of("late", "extended", "joined")),
                begun=len(self.cast.of("draft", "kept", "back")),
                teams={row.pk.hex: row.team for row in self.participants.values()},
                titles={one.title["en"]: one.id for one in load(self.organisation, FRAMEWORK).competencies},
                panel=frozenset(one.key for one in self.cast.sheets if one.anonymous),
                suspected=self._suspected(),
            ),
            connection.vendor,
            folder=self.folder,
        )
        self.truth.sheets = {key: s.answers for key, s in sheets.items() if s.fate != "none"}
        self.truth.comments = {key: s.comments for key, s in sheets.items() if s.fate != "none"}
        self.truth.fates = {key: s.fate for key, s in sheets.items()}

    def _suspected(self) -> dict[str, tuple[Any, ...]]:
        """Of some sheets the attacker is left with four versions, one of which was written."""
        found = {}
        for sheet in self.chance.sample([one for one in self.cast.of("in") if one.anonymous], SUSPECTED):
            own, versions = self.keys[sheet.key], [(sheet.answers, sheet.comments)]
            for item in self.chance.sample(list(sheet.answers), 3):
                versions.append(({**sheet.answers, item: (sheet.answers[item] or 0) % 5 + 1}, sheet.comments))
            self.chance.shuffle(versions)
            self.truth.facts["suspected", own] = versions.index((sheet.answers, sheet.comments))
            found[own] = tuple(versions)
        return found

    def work(self) -> None:
        """The worker does what waits."""
        call_command("db_worker", queue_name="*", batch=True, interval=0, startup_delay=False, verbosity=0)

    def night(self) -> None:
        """The clock ticks at midnight and in the morning, and what it asks for is done."""
        for hour in (0, 3, 10):
            clock.tick(self.time.at(hour))
        self.work()

    def own(self, sheet: Sheet) -> Assignment:
        """Its assignment as it is now."""
        return Assignment.objects.select_related(
            "participant__cycle__organisation", "rater", "stakeholder"
        ).get(pk=self.assignments[sheet.key].pk)

    def write(self, sheet: Sheet) -> Assignment:
        """A draft, in two or three saves."""
        own = self.own(sheet)
        parts = sections(load(self.organisation, FRAMEWORK), sheet.relationship)
        whole = Section(parts[0].competency, tuple(item for part in parts for item in part.items))
        save(own, whole, Given(sheet.answers, sheet.comments.get(whole.id, ""), Page()))
        for part in parts:
            if part.id in sheet.comments and part.id != whole.id:
                answers = {item.id: sheet.answers[item.id] for item in part.items}
                save(own, part, Given(answers, sheet.comments[part.id], Page()))
        return self.own(sheet)

    def submit(self, sheet: Sheet) -> None:
        """Hand in."""
        submitting.submit(self.own(sheet))
        self.order.append(self.keys[sheet.key])

    def by_page(self, sheet: Sheet) -> None:
        """The same as a person does it: sign in, type, hand in."""
        browser = self.client(sheet.rater)
        here = {"assignment_id": self.own(sheet).pk}
        browser.get(reverse("rating:queue"))
        for competency, items in ITEMS_OF.items():
            sent = {item: str(sheet.answers[item] or "none") for item in items}
            sent["form-comment"] = sheet.comments.get(competency, "")
            there = reverse("rating:autosave", kwargs={**here, "competency": competency})
            browser.post(there, sent, headers={"HX-Request": "true"})
        browser.post(reverse("rating:submit", kwargs=here))
        browser.post(reverse("account_logout"))
        self.order.append(self.keys[sheet.key])

    def keep(self, sheet: Sheet) -> None:
        """A form that is sent after the session has ended, and lost: nobody comes back for it."""
        competency = next(iter(ITEMS_OF))
        where = {"assignment_id": self.own(sheet).pk, "competency": competency}
        there = reverse("rating:form", kwargs=where)
        page = self.client(sheet.rater).get(there).content.decode()
        mark = re.search(r'name="kept-for" value="([^"]+)"', page)
        assert mark, "the form has no mark"
        said = {item: str(sheet.answers[item] or "none") for item in ITEMS_OF[competency]}
        comment = next(iter(sheet.comments.values()), f"lost{sheet.rater} for good")
        sheet.comments.clear()
        sheet.comments[competency] = comment
        Client().post(there, {**said, "form-comment": comment, "kept-for": mark[1]})

    def run(self) -> None:
        """Answers over ten days, with backups and looks around some of them."""
        self.time.at(9)
        self._forms_nobody_hands_in()
        coming = self.cast.of("in", "again", "back")
        # Whoever writes at length is among them: their drafts are the ones that sizes tell apart.
        longest = sorted(range(len(coming)), key=lambda n: -sum(map(len, coming[n].comments.values())))
        paired = {*longest[: PAIRS // 2], *self.chance.sample(longest[PAIRS // 2 :], PAIRS // 2)}
        polled = set(self.chance.sample(sorted(set(range(len(coming))) - paired), POLLS))
        by_page = set(self.chance.sample(sorted(set(range(len(coming))) - paired - polled), BY_HTTP))
        for n, sheet in enumerate(coming):
            if n and n % (len(coming) // 10) == 0:
                self.night()
            if n in by_page and sheet.relationship != "stakeholder":
                self.by_page(sheet)
                continue
            self.write(sheet)
            if n in paired:
                self._with_backups(sheet)
            elif n in polled:
                self._with_looks(sheet)
            else:
                self.submit(sheet)
            if sheet.fate in ("back", "again"):
                submitting.take_back(self.own(sheet))
            if sheet.fate == "again":
                self.submit(sheet)

    def extend(self) -> None:
        """A few raters get longer; what they hand in then is late."""
        self.night()
        until = self.cycle.closes + timedelta(days=3)
        for sheet in self.cast.of("extended", "joined"):
            launching.extend(self.actor, self.cycle, self.people[sheet.rater], until)
        self.time.moment += timedelta(days=15 - (self.time.moment - START).days)
        self.night()
        for sheet in self.cast.of("extended", "joined"):
            self.write(sheet)
            self.submit(sheet)

    def _forms_nobody_hands_in(self) -> None:
        for sheet in self.cast.of("draft"):
            self.write(sheet)
        for sheet in self.cast.of("kept"):
            self.keep(sheet)

    def _with_backups(self, sheet: Sheet) -> None:
        before = taking.rows()
        self.submit(sheet)
        after = taking.rows()
        n, own = len(self.loot.pairs), self.assignments[sheet.key]
        self.loot.pairs.append(held.Pair(own.pk.hex, before, after))
        made = rows_of(self.cycle, self.assignments.values(), own.participant_id)
        self.truth.facts["newcomer", n] = next(key for key, who in made.items() if who == own.pk.hex)

    def _with_looks(self, sheet: Sheet) -> None:
        others = self.chance.sample([one for one in self.cast.ratees if one != sheet.ratee], 5)
        looked = sorted([sheet.ratee, *others])
        before = look(self, looked)
        self.submit(sheet)
        self.truth.facts["polled", len(self.loot.polls)] = self.keys[sheet.key]
        self.loot.polls.append(held.Poll(before, look(self, looked)))

    def close(self) -> None:
        """Close and score; late answers reopen it: the first before anybody has looked, the others after.

        Before each of these, somebody who may write to the database makes it forget that anybody has.
        """
        closing.close(self.cycle, self.actor)
        self.work()
        self.loot.runs.append(taking.rows())
        for n, sheet in enumerate(self.cast.of("late")):
            self.time.at(9)
            closing.reopen(self.cycle, self.actor, timezone.localdate() + timedelta(days=2))
            self.write(sheet)
            self.submit(sheet)
            trying.forget(self)
            closing.close(Cycle.objects.get(pk=self.cycle.pk), self.actor)
            self.work()
            self.cycle.refresh_from_db()
            assert self.cycle.state == "review", self.cycle.runs.order_by("number").last().failure
            self.loot.runs.append(taking.rows())
            look_at_results(self, f"run{n + 2}")

    def release(self) -> None:
        """Review comments, release, and let people read."""
        ana = self.client("analytics")
        waiting = sorted(on_desk(desk(self, "closed", "waiting")), key=lambda one: one.text)
        for n, comment in enumerate(waiting):
            state = ("public", "public", "withheld", "coach", "waiting")[n % 5]
            said = f"{comment.text}{EDITED if n % 7 == 0 else ''}"
            ana.post(reverse("results:comment", args=[comment.key]), {"state": state, "text": said})
        for state in ("public", "coach", "withheld"):
            desk(self, "released", state)
        release(self.actor, self.cycle, ["manager"])
        self.work()
        self.cycle.refresh_from_db()

    def seal(self) -> None:
        """The clock seals after the appeal window."""
        self.time.moment += timedelta(days=90)
        self.night()
        self.night()
        self.cycle.refresh_from_db()
        assert self.cycle.state == "sealed"


def play(folder: Path, seed: int, time: Clock) -> None:
    """From plan to seal."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    own = Play(folder, seed, time)
    own.found()
    own.run()
    trying.everything(own)
    own.extend()
    keep_stage(own, "running")
    own.close()
    own.loot.tried["homes"] = homes()
    keep_stage(own, "closed")
    own.release()
    look_at_results(own, "released")
    keep_stage(own, "released")
    own.seal()
    look_at_results(own, "sealed")
    keep_stage(own, "sealed")
    last = {key: n for n, key in enumerate(own.order) if own.truth.fates[key] != "back"}
    own.loot.known.order.extend(sorted(last, key=last.__getitem__))
    held.save(folder, own.loot, own.truth)
