"""One of two checkouts that ``benchmarks.web.paired`` compares: does what it is asked, says how long it took.

Started with the folder of its checkout as the working one, so that ``benchmarks`` and ``leadline`` are its
own. Takes a command a line, answers each with a line of JSON. Whatever a world is built of happens in a
process of its own: memory is then that of scoring alone.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import Any
from unittest.mock import patch

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.web.settings"
django.setup()

from benchmarks.web import acts, rater, score_cycle  # noqa: E402  models load only once Django is set up
from benchmarks.web.build import build  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from leadline.web.cycles import closing, keys, launching, planning  # noqa: E402
from leadline.web.cycles.models import Cycle  # noqa: E402
from leadline.web.rating import submitting  # noqa: E402
from leadline.web.rating.models import Submission  # noqa: E402
from leadline.web.results import releasing, scoring, sealing  # noqa: E402
from leadline.web.results.models import Comment, Result, Run  # noqa: E402

ENCRYPTED = hasattr(Submission, "content")
"""Whether this checkout encrypts what raters wrote, which began after 0.1.0."""
if ENCRYPTED:
    from leadline.web.results import hidden
    from leadline.web.results.storing import Part, row_of

DATA = Path(settings.LEADLINE_DATA)
COPIES = Path(f"{DATA}-copies")
SCORED, COMMENTS = 100, 5
CHANGED, SHEETS = 20, 4
"""Ratees on whom something changes, and sheets on each."""

Deed = Callable[[], Any]


def timed(act: Deed) -> tuple[dict[str, float], Any]:
    """Seconds of one call, by the clock and of this process; and what it gave."""
    used, started = process_time(), perf_counter()
    found = act()
    return {"wall": perf_counter() - started, "processor": process_time() - used}, found


def apart(act: Deed) -> None:
    """In a process of its own."""
    connection.close()
    if (child := os.fork()) == 0:
        act()
        connection.close()
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        sys.exit("a world could not be built")


def peak() -> dict[str, float]:
    """Most memory this process ever held."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return {"megabytes": int(rater.only(re.compile(r"VmHWM:\s+(\d+)"), status)) / 1024}


def load(n_persons: int) -> dict[str, Any]:
    """The world of ``build``; what it printed."""

    def act() -> None:
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        with (DATA / "world.json").open("w") as file, redirect_stdout(file):
            build(n_persons)

    apart(act)
    found: dict[str, Any] = json.loads((DATA / "world.json").read_text())
    return found


def scores() -> dict[str, Deed]:
    """Scoring 500 ratees: first, again once all was seen, and again after some sheets changed."""
    load(0)
    cycle = Cycle.objects.get()

    def run(number: int) -> dict[str, float]:
        Run.objects.filter(cycle=cycle, number__gte=number).delete()
        if number == 1:
            Comment.objects.all().delete()
        Cycle.objects.filter(pk=cycle.pk).update(state="scoring")
        one = Run.objects.create(cycle=Cycle.objects.get(), number=number)
        return timed(lambda: scoring.run(one))[0]

    def seen() -> None:
        Result.objects.update(shown=True)
        Run.objects.update(shown=True)

    return {
        "first": lambda: run(1),
        "seen": seen,
        "again": lambda: run(2),
        "change": lambda: change(cycle),
        "peak": peak,
    }


def change(cycle: Cycle) -> None:
    """Turn around some answers on some ratees; done twice, they are as they were."""
    key = keys.of(cycle.pk)
    for one in cycle.participants.order_by("pk")[:CHANGED]:
        sheets = sorted(
            submitting.sheets_on(one, key), key=lambda sheet: (sheet.relationship, sheet.pseudonym)
        )
        for sheet in sheets[1 : 1 + SHEETS]:
            for item, value in sheet.answers.items():
                sheet.answers[item] = value and 6 - value
        submitting.rewrite(one, sheets, key)


def acts_on(n: int) -> dict[str, Deed]:
    """Closing and sealing a cycle of many, each from the same copy of the database."""
    apart(lambda: all_answered(n))
    keep("answered")
    apart(released)
    keep("released")

    def close() -> None:
        closing.close(Cycle.objects.get(title="Ten thousand"), Cycle.objects.all()[0].organisation)
        if ENCRYPTED:
            sealing.settle.func()

    def seal() -> None:
        one = Cycle.objects.get(title="Ten thousand")
        sealing.seal(one, one.organisation)
        sealing.compact.func()

    return {"close": lambda: from_copy("answered", close), "seal": lambda: from_copy("released", seal)}


def keep(name: str) -> None:
    """A copy of database and keys."""
    shutil.copytree(DATA, COPIES / name)


def from_copy(name: str, act: Deed) -> dict[str, float]:
    """Time of something done to a copy."""
    connection.close()
    shutil.rmtree(DATA)
    shutil.copytree(COPIES / name, DATA)
    with patch("django_tasks.base.Task.enqueue"):
        return timed(act)[0]


def all_answered(n: int) -> None:
    """A running cycle; beside it a small one that the real scorer scored."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    small, user = score_cycle.build(SCORED, 12, 44)
    scoring.run(Run.objects.create(cycle=small, number=1))
    with patch.object(score_cycle, "build", return_value=(small, user)):
        actor, people = acts.build(n)
    with patch("django_tasks.base.Task.enqueue"):
        cycle = acts.draft(actor)
        planning.assess(actor, cycle, people)
        launching.launch(cycle, actor)
    acts.answered(cycle)
    acts.reminded(cycle)


def released() -> None:
    """Closed, with the figures of the small cycle, repeated, and public comments; released to managers."""
    cycle = Cycle.objects.get(title="Ten thousand")
    actor = acts.Actor(score_cycle.User.objects.get(), cycle.organisation, frozenset(["analytics"]))
    with patch("django_tasks.base.Task.enqueue"):
        closing.close(cycle, actor)
        acts.scored(cycle)
        own = cycle.runs.get()
        Result.objects.filter(run=own).delete()
        ratees, first = list(cycle.participants.all()), Run.objects.exclude(pk=own.pk).get()
        Result.objects.bulk_create(results(own, first, ratees), batch_size=200)
        Comment.objects.bulk_create(comments(cycle, ratees), batch_size=500)
        releasing.release(actor, cycle, ["manager"])
    Cycle.objects.filter(pk=cycle.pk).update(appeal_until=timezone.now().date() - timedelta(2))


def results(own: Run, first: Run, ratees: list[Any]) -> Iterator[Result]:
    """Of each ratee, those of one in the first run."""
    rows = list(first.results.all())
    if not ENCRYPTED:
        for n, one in enumerate(ratees):
            known = rows[n % SCORED]
            yield Result(run=own, participant=one, figures=known.figures, sets=known.sets)
        return
    old, key = keys.of(first.cycle_id), keys.of(own.cycle_id)
    found = [(hidden.result(row, old).figures, hidden.sets(row, old)) for row in rows]
    for n, one in enumerate(ratees):
        yield row_of(own, Part(one, *found[n % SCORED], None, None), key)


def comments(cycle: Cycle, ratees: list[Any]) -> Iterator[Comment]:
    """Some on each ratee."""
    key = keys.of(cycle.pk) if ENCRYPTED else None
    for n, ratee in enumerate(ratees):
        for _ in range(COMMENTS):
            one = Comment(participant=ratee, group="peer", competency="clarity", state="public")
            text = f"Says clearly what matters. {n}"
            if key is None:
                one.text = text
            else:
                one.hidden = key.encrypt({"text": text, "original": ""}, "comment", one.pk, ratee.pk)
            yield one


def autosaves() -> dict[str, Deed]:
    """Answers saved in the background, by one person after the other."""
    world = load(50)
    each = saved(world["raters"])
    return {"autosave": lambda: [next(each) for _ in range(50)]}


def saved(sessions: list[str]) -> Iterator[dict[str, float]]:
    """Times of one save after the other: each form is filled in from its first item to its last."""
    htmx = {"HX-Request": "true"}
    for session in sessions:
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = session
        for path in dict.fromkeys(rater.OPEN.findall(client.get("/rate/").content.decode())):
            start = client.get(path).content.decode()
            page = rater.only(re.compile(rf'href="({path}form/[a-z_0-9]+/)"'), start)
            while "/form/" in page:
                text = client.get(page).content.decode()
                sent = {**dict(rater.STATE.findall(text)), "form-count": "1"}
                for item in dict.fromkeys(rater.ITEM.findall(text)):
                    sent[item] = "4"
                    times, answer = timed(partial(client.post, f"{page}save/", sent, headers=htmx))
                    if answer.status_code != 200:
                        sys.exit(f"{page}: {answer.status_code}")
                    yield times
                    sent |= dict(rater.STATE.findall(answer.content.decode()))
                sent["form-to"] = rater.only(rater.NEXT, text)
                page = client.post(page, sent, headers=htmx).headers["HX-Redirect"]


def main(case: str, size: str) -> None:
    """Answer commands until there are none."""
    cases: dict[str, Deed] = {"score": scores, "acts": lambda: acts_on(int(size)), "autosave": autosaves}
    try:
        deeds = cases[case]()
        print(json.dumps(sorted(deeds)), flush=True)
        for line in sys.stdin:
            print(json.dumps(deeds[line.strip()]()), flush=True)
    finally:
        shutil.rmtree(COPIES, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
