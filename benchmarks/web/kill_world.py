# ruff: noqa: E402  models load only once Django is set up
"""What :mod:`.kill` does within Django: the world, a round of acts, whether all is settled, the reckoning.

python -m benchmarks.web.kill_world build 20     people who rate; prints their sessions
python -m benchmarks.web.kill_world act 7        round 7: close, score, release, import, undo, erase, seal
python -m benchmarks.web.kill_world settled      prints what is not reconciled
python -m benchmarks.web.kill_world reckon FILE  compares acknowledged answers and mails with the database
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadline.web.project.settings")
django.setup()

from benchmarks.web.build import FRAMEWORK, session
from benchmarks.web.sheets import sheet_row
from django.db import connection
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from leadline.web.accounts.access import Actor
from leadline.web.accounts.models import Membership, Organisation, User
from leadline.web.cycles import closing, keys
from leadline.web.cycles.models import Assignment, Cycle, Mailed, Participant
from leadline.web.people.importing import apply, undo
from leadline.web.people.models import Import, Notice, Person
from leadline.web.people.trying import try_out
from leadline.web.project.erasure import erase
from leadline.web.project.reconciling import promises
from leadline.web.rating import drafts
from leadline.web.rating.answers import Sheet
from leadline.web.rating.answers import sheets as sheets_of
from leadline.web.rating.models import Submission
from leadline.web.rating.questionnaire import sections
from leadline.web.rating.tasks import Task
from leadline.web.results import releasing, sealing
from leadline.web.results.models import Release, Run

ASKED, RATEES = 40, 6
"""Forms of each person who rates; ratees of the cycle of a round."""


def persons(organisation: Organisation, name: str, n: int, *, users: bool) -> list[Person]:
    found = [User(email=f"{name}{i}@kill.example", name=f"{name} {i}", password="!") for i in range(n)]
    made = User.objects.bulk_create(found) if users else []
    Membership.objects.bulk_create(Membership(user=user, organisation=organisation) for user in made)
    return Person.objects.bulk_create(
        Person(
            organisation=organisation,
            key=user.email.split("@")[0],
            name=user.name,
            email=user.email,
            user=user if users else None,
        )
        for user in found
    )


def running(organisation: Organisation, title: str, ratees: list[Person]) -> tuple[Cycle, list[Participant]]:
    cycle = Cycle.objects.create(
        organisation=organisation, title=title, state="running", framework=FRAMEWORK, closes=date(2100, 1, 1)
    )
    keys.create(cycle)
    rows = [Participant(cycle=cycle, person=one, name=one.name, state="approved") for one in ratees]
    return cycle, Participant.objects.bulk_create(rows)


def build(n: int) -> None:
    """People who rate in one cycle that stays open."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    organisation = Organisation.objects.create(name="Kill")
    runner = User.objects.create(email="ana@kill.example", name="Ana", password="!")
    Membership.objects.create(user=runner, organisation=organisation, roles=["analytics", "operator"])
    raters = persons(organisation, "rater", n, users=True)
    _, ratees = running(organisation, "Open", persons(organisation, "rated", ASKED, users=False))
    Assignment.objects.bulk_create(
        Assignment(participant=ratee, rater=rater, relationship="peer", invited=True)
        for ratee in ratees
        for rater in raters
    )
    json.dump([session(rater.user) for rater in raters], sys.stdout)


def actor() -> Actor:
    own = Membership.objects.select_related("user", "organisation").get(user__email="ana@kill.example")
    return Actor(own.user, own.organisation, frozenset(own.roles), "127.0.0.1")


def act(number: int) -> None:
    """One round, each act as soon as the one before has settled; says on a line what it begins."""
    ana = actor()
    ratees = persons(ana.organisation, f"round{number}-", RATEES, users=False)
    cycle, rows = running(ana.organisation, f"Round {number}", ratees)
    answered(cycle, rows, ratees)
    steps: tuple[tuple[str, Callable[[], object]], ...] = (
        ("close", lambda: closing.close(cycle, ana)),
        ("release", lambda: releasing.release(ana, cycle, [])),
        ("import", lambda: apply(ana, tried(ana, number))),
        ("undo", lambda: undo(ana, Import.objects.get(file_name=f"{number}.csv"))),
        ("erase", lambda: erase(ana, persons(ana.organisation, f"gone{number}-", 1, users=True)[0])),
        ("seal", lambda: sealed(cycle, ana)),
    )
    for name, step in steps:
        print(name, flush=True)
        step()
        while any(unsettled()):
            time.sleep(0.2)
        cycle.refresh_from_db()


def answered(cycle: Cycle, rows: list[Participant], people: list[Person]) -> None:
    """Everybody has rated everybody."""
    key, made = keys.of(cycle.pk), []
    for n, row in enumerate(rows):
        for k, rater in enumerate(people):
            group = "self" if n == k else "peer"
            own = Assignment(participant=row, rater=rater, relationship=group, submitted=True, opened=True)
            asked = [item.id for part in sections(Task(own).framework, group) for item in part.items]
            answers = {item: 1 + (n + k + i) % 5 for i, item in enumerate(asked)}
            sheet = Sheet(key.pseudonym(rater.pk, row.pk), group, answers, {})
            made.append((own, sheet_row(cycle, row.pk, sheet, key)))
    Assignment.objects.bulk_create(own for own, _ in made)
    Submission.objects.bulk_create(sheet for _, sheet in made)


def tried(ana: Actor, number: int) -> Import:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.csv"
        lines = [f"new{number}-{n},New {n},new{number}-{n}@kill.example" for n in range(50)]
        path.write_text("\n".join(["person,name,email", *lines]), encoding="utf-8")
        return try_out(ana, path, f"{number}.csv", others_left=False)


def sealed(cycle: Cycle, ana: Actor) -> None:
    Cycle.objects.filter(pk=cycle.pk).update(appeal_until=timezone.localdate() - timedelta(days=2))
    cycle.refresh_from_db()
    sealing.seal(cycle, ana)


def unsettled() -> Iterator[str]:
    """What is under way or was left open, by states and not by the program that reconciles them."""
    for cycle in Cycle.objects.filter(state__in=("sealed", "cancelled")):
        if keys.exists(cycle):
            yield f"the key of a cycle that is {cycle.state}"
    if Cycle.objects.filter(state="scoring").exists():
        yield "a cycle to be scored"
    yield from (
        f"a run that is {state}" for state in Run.objects.values_list("state", flat=True) if state != "done"
    )
    if Mailed.objects.exclude(state="sent").exists() or Notice.objects.exists():
        yield "a mail that is not sent"
    if Release.objects.filter(told=False).exists():
        yield "a release nobody was told of"
    over = (TaskResultStatus.SUCCESSFUL,)
    yield from (f"{t.task_path} {t.status}" for t in DBTaskResult.objects.exclude(status__in=over))
    now = timezone.now()
    yield from (promise.state for promise in promises() if any(promise.broken(now)))


def reckon(noted: dict[str, Any]) -> Iterator[str]:
    """Faults: acknowledged answers that are lost or doubled, mails that were lost or came under two names."""
    cycle = Cycle.objects.get(title="Open")
    key = keys.of(cycle.pk)
    sheets = Counter[str]()
    content: dict[str, Any] = {}
    for _, sheet in sheets_of(cycle, key):
        sheets[sheet.pseudonym] += 1
        content[sheet.pseudonym] = sheet.answers
    rows = Assignment.objects.filter(participant__cycle=cycle).select_related("participant", "rater", "draft")
    for row in rows:
        name = key.pseudonym(row.rater_id, row.participant_id)
        draft = drafts.read(row) if getattr(row, "draft", None) else None
        if sheets[name] != int(row.submitted) or (draft is not None and row.submitted):
            yield f"{sheets[name]} sheets, draft {draft is not None}, submitted {row.submitted}"
        kept = content.get(name, draft.answers if draft else {})
        own = noted["answers"].get(str(row.pk), {"submitted": False, "items": {}})
        if own["submitted"] and not row.submitted:
            yield "an acknowledged form is gone"
        for item, allowed in own["items"].items():
            if item not in kept or str(kept[item] if kept[item] is not None else "none") not in allowed:
                yield f"an acknowledged answer is gone: {kept.get(item)} is none of {allowed}"
    for done in Cycle.objects.filter(state="sealed"):
        for to in done.participants.values_list("person__email", flat=True):
            names = set(noted["mails"].get(to, ()))
            if len(names) != 2:
                yield f"{len(names)} mails under different names instead of 2 to one ratee"


def main() -> None:
    """Do what is asked."""
    what, *rest = sys.argv[1:]
    if what == "build":
        build(int(rest[0]))
    elif what == "act":
        act(int(rest[0]))
    elif what == "settled":
        json.dump(sorted(set(unsettled())), sys.stdout)
    else:
        json.dump(list(reckon(json.loads(Path(rest[0]).read_text(encoding="utf-8")))), sys.stdout)
    connection.close()


if __name__ == "__main__":
    main()
