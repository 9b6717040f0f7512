"""Looking at the world from outside: pages of people before and after an answer, snapshots of a stage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import product
from typing import TYPE_CHECKING
from unittest import mock

from django.urls import reverse
from tests.attack import holdings as held
from tests.attack import taking
from tests.attack.cast import FRAMEWORK, ITEMS_OF, ROLES
from tests.attack.telling import comments_of, rows_of

if TYPE_CHECKING:
    from tests.attack.playing import Play


def look(play: Play, ratees: Iterable[str]) -> dict[str, str]:
    """What those who run the cycle see of it, and some ratees and their managers."""
    ana, found = play.client("analytics"), {}
    for name, sort in (("cycle", ""), ("ratees", "-n_in"), ("owing", "n")):
        there = reverse(f"cycles:{name}", args=[play.cycle.pk])
        found[name] = ana.get(there, {"export": "csv", "sort": sort}).content.decode()
    for name in ratees:
        row = play.participants[name]
        there = reverse("cycles:participation", args=[row.pk])
        found[f"ratee {row.pk.hex}"] = play.client(name).get(there).content.decode()
        found[f"panel {row.pk.hex}"] = ana.get(reverse("cycles:ratee", args=[row.pk])).content.decode()
    return found


def keep_stage(play: Play, stage: str) -> None:
    """A snapshot, with pages of every role, and whose each row is."""
    crawl(play, stage)
    own = taking.snapshot(stage, play.folder)
    if stage == "running":  # later the log also holds comments that are on the review desk
        own.files |= taking.log_since(play.start, play.folder / stage)
    play.loot.snapshots[stage] = own
    for key, who in rows_of(play.cycle, play.assignments.values()).items():
        play.truth.facts["row", stage, key] = who
    _comment_rows(play, stage)


def _comment_rows(play: Play, stage: str) -> None:
    by_text = {text: key for key, said in play.truth.comments.items() for text in said.values()}
    there = comments_of(play.cycle)
    for one in there:
        if (text := one.original or one.text) in by_text:
            play.truth.facts["row", stage, one.pk.hex] = by_text[text]
    about = Counter((one.participant_id.hex, one.competency) for one in there)
    for pair in product(play.loot.known.participants, ITEMS_OF):
        play.truth.facts["commented", stage, *pair] = about[pair]
    for table in play.loot.snapshots[stage].tables.values():
        for row in table.rows:
            texts = [value for value in row if isinstance(value, str) and value in by_text]
            if texts:
                play.truth.facts["row", stage, table.key(row)] = by_text[texts[0]]


def crawl(play: Play, stage: str) -> None:
    """Pages of every role."""
    names = (*ROLES, "lead0", "ratee00", "report00", "director")
    clients = {name: play.client(name) for name in names}
    some = [play.participants[name] for name in ("lead0", "ratee00", "ratee06")]
    things = {
        "cycle_id": [str(play.cycle.pk)],
        "participant_id": [str(one.pk) for one in some],
        "person_id": [str(play.people["ratee00"].pk)],
        "rater_id": [str(play.people["ratee00"].pk)],
        "user_id": [str(play.users["ratee00"].pk)],
        "assignment_id": [
            str(row.pk) for row in play.assignments.values() if row.rater_id == some[1].person_id
        ][:3],
        "competency": [next(iter(ITEMS_OF))],
        "reference": [FRAMEWORK],
        "run_id": [str(run.pk) for run in play.cycle.runs.all()][-1:],
        "name": ["dates"],
    }
    play.loot.pages += taking.crawl(stage, clients, things)


def look_at_results(play: Play, stage: str) -> None:
    """Everybody's results as files, by those who run the cycle, and the figures on all together."""
    ana = play.client("analytics")
    for row in play.participants.values():
        there = reverse("results:result_json", args=[row.pk])
        answer = ana.get(there)
        if answer.status_code == 200:
            play.loot.pages.append(held.Page(stage, "analytics", there, answer.content.decode()))
    desk(play, stage, "waiting")
    there = reverse("results:overview", args=[play.cycle.pk])
    for url in (there, f"{there}?export=csv"):
        play.loot.pages.append(held.Page(stage, "analytics", url, ana.get(url).content.decode()))


def desk(play: Play, stage: str, show: str) -> str:
    """The review desk: all comments of a state, which the page else shows twenty at a time."""
    there = reverse("results:desk", args=[play.cycle.pk])
    with mock.patch("leadline.web.results.desk_views.AT_ONCE", 10**4):
        text = play.client("analytics").get(there, {"show": show}).content.decode()
    play.loot.pages.append(held.Page(stage, "analytics", f"{there}?show={show}", text))
    return text
