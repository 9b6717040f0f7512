# ruff: noqa: E402  models load only once Django is set up
"""A running cycle of 500 ratees with twelve raters each, most of it answered, written into the tables."""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from importlib import import_module
from random import Random

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadline.web.project.settings")
django.setup()

from benchmarks.web.sheets import sheet_row
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from leadline.web.accounts.entering import BACKEND
from leadline.web.accounts.models import Membership, Organisation, User
from leadline.web.cycles import keys
from leadline.web.cycles.models import Assignment, Cycle, Participant
from leadline.web.people.models import Person
from leadline.web.rating.answers import Sheet
from leadline.web.rating.models import Submission
from leadline.web.rating.questionnaire import sections
from leadline.web.rating.tasks import Task

RATEES, RATERS = 500, 12
FRAMEWORK = "technical-leadership@1.0.0"
OPEN = 4
"""Assignments of each virtual person that are still to be answered."""


def relationship(place: int) -> str:
    """Of the rater at a place of a ratee's panel: self, manager, six peers, four reports."""
    return "self" if place == 0 else "manager" if place == 1 else "peer" if place < 8 else "report"


def people(organisation: Organisation) -> list[Person]:
    """Everybody, with an account each."""
    users = [
        User(email=f"p{n}@load.example", name=f"Person {n}", language="en", password="!")
        for n in range(RATEES)
    ]
    User.objects.bulk_create(users, batch_size=500)
    Membership.objects.bulk_create(
        [Membership(user=user, organisation=organisation) for user in users], batch_size=500
    )
    persons = [
        Person(
            organisation=organisation, user=user, key=f"p{n}", name=user.name, email=user.email, language="en"
        )
        for n, user in enumerate(users)
    ]
    return list(Person.objects.bulk_create(persons, batch_size=500))


def build(n_persons: int) -> None:
    """Build, and print as JSON the session of each virtual person and of one who runs cycles."""
    random = Random(4)
    organisation = Organisation.objects.create(name="Load")
    runner = User.objects.create(email="ana@load.example", name="Ana", password="!")
    Membership.objects.create(user=runner, organisation=organisation, roles=["analytics"])
    persons = people(organisation)
    cycle = Cycle.objects.create(
        organisation=organisation,
        title="Load",
        state="running",
        framework=FRAMEWORK,
        closes=date(2100, 1, 1),
    )
    keys.create(cycle)
    participants = Participant.objects.bulk_create(
        [Participant(cycle=cycle, person=person, name=person.name, state="approved") for person in persons],
        batch_size=500,
    )
    assignments = [
        Assignment(
            participant=participant,
            rater=persons[(n + place * 41) % RATEES],
            relationship=relationship(place),
            invited=True,
        )
        for n, participant in enumerate(participants)
        for place in range(RATERS)
    ]
    left = {id(person): OPEN for person in persons[:n_persons]}
    framework = Task(assignments[0]).framework
    submissions, key = [], keys.of(cycle.pk)
    for assignment in assignments:
        if left.get(id(assignment.rater), 0) > 0:
            left[id(assignment.rater)] -= 1
            continue
        assignment.submitted = assignment.opened = True
        items = [item.id for s in sections(framework, assignment.relationship) for item in s.items]
        submissions.append(
            sheet_row(
                cycle,
                assignment.participant_id,
                Sheet(
                    key.pseudonym(keys.rater_of(assignment), assignment.participant_id),
                    assignment.relationship,
                    {item: random.choice((2, 3, 3, 4, 4, 5, None)) for item in sorted(items)},
                    {"delivery": "Brings the risks to the table early, and helps to sort them out."},
                ),
                key,
            )
        )
    Assignment.objects.bulk_create(assignments, batch_size=500)
    Submission.objects.bulk_create(submissions, batch_size=500)
    visitors = [person.user for person in persons[:n_persons]]
    json.dump(
        {
            "raters": [session(user) for user in visitors],
            "runner": session(runner),
            "submissions": len(submissions),
        },
        sys.stdout,
    )


def session(user: User) -> str:
    """The key of a session in which a user is signed in."""

    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY], store[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    store[BACKEND_SESSION_KEY] = BACKEND
    store.save()
    return store.session_key


if __name__ == "__main__":
    import django

    call_command("migrate", verbosity=0, interactive=False)
    build(int(sys.argv[1]))
