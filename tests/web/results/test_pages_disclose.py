"""Random cycles through the real scorer and the real pages: nothing that is shown tells about too few.

What each visitor is shown is read back from pages and exports. Who stands behind a figure is counted from the
submissions. Neither asks the disclosure engine.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.web.cast import World
from tests.web.sheets import on, sheet

from leadline.frameworks import load_framework
from leadline.web.catalogue.frameworks import load
from leadline.web.cycles import keys
from leadline.web.cycles.models import Cycle, Participant
from leadline.web.cycles.moves import move
from leadline.web.results import runs, scoring
from leadline.web.results.models import Comment

Visit = Callable[[str], Client]
FRAMEWORK = "technical-leadership@1.0.0"
CRITERIA = load_framework(FRAMEWORK)
LEAST = {"self": 1, "manager": 1, "peer": 3, "report": 3, "stakeholder": 3}
GROUPS = ("manager", "peer", "peer", "peer", "report", "report", "stakeholder")
Sheet = tuple[str, str, dict[str, int | None]]


def build(world: World, chance: random.Random, sizes: list[int]) -> Cycle:
    cycle = Cycle.objects.create(
        organisation=world.organisation,
        title="Random",
        state="scoring",
        framework=FRAMEWORK,
        languages=["en"],
        purpose="selection",
    )
    keys.create(cycle)
    for name, size in zip(("ratee", "bo", "chidi"), sizes, strict=True):
        person = world.people[name]
        participant = Participant.objects.create(cycle=cycle, person=person, name=person.name)
        answer(participant, "own", "self", chance, 0.0)
        absent = chance.choice((0.0, 0.0, 0.1, 0.5))
        for n in range(size):
            answer(participant, f"{name}{n}", chance.choice(GROUPS), chance, absent)
    return cycle


def answer(participant: Participant, rater: str, group: str, chance: random.Random, absent: float) -> None:
    framework = load(participant.cycle.organisation, FRAMEWORK)
    answers = {i.id: None if chance.random() < absent else chance.randint(1, 5) for i in framework.items}
    said = {"clarity": f"remark of {rater} {group}"} if chance.random() < 0.7 else {}
    sheet(participant, group, rater, answers, said)


def score(world: World, cycle: Cycle) -> None:
    if cycle.runs.exists():
        move(cycle, "rescore", world.actor("analytics"))
    scoring.run(runs.start(cycle, world.organisation))
    Comment.objects.filter(participant__cycle=cycle).update(state="public")
    cycle.refresh_from_db()


def sheets(participant: Participant) -> list[Sheet]:
    there = (one for _, one in on(participant, but="self"))
    return sorted((one.pseudonym, one.relationship, dict(one.answers)) for one in there)


def shown_figures(document: dict[str, Any]) -> dict[str, Any]:
    """Every figure of an export, by name."""
    sheet = document["figures"] or {"overall": None, "factors": {}, "competencies": {}}
    found = {"overall": sheet["overall"]}
    found |= {f"factor:{one}": value for one, value in sheet["factors"].items()}
    found |= {f"competency:{one}": value for one, value in sheet["competencies"].items()}
    found |= {
        f"group:{one}:{label}": value
        for one, by_label in document["groups"].items()
        for label, value in by_label.items()
    }
    return {name: value for name, value in found.items() if value}


def behind(name: str, there: list[Sheet], named: set[str]) -> dict[tuple[str, str], str]:
    """The answer sheets a figure is made of, by rater and competency, with what was said on them."""
    framework = CRITERIA
    kind, _, rest = name.partition(":")
    competencies = [c.id for c in framework.competencies]
    if kind == "factor":
        competencies = [c.id for c in framework.competencies_of(rest)]
    elif kind in ("competency", "group"):
        competencies = [rest.partition(":")[0]]
    label = rest.partition(":")[2] if kind == "group" else ""
    found = {}
    for person, group, answers in there:
        if label and group != label and (label != "colleagues" or group in named):
            continue
        for competency in competencies:
            said = [(i.id, answers[i.id]) for i in framework.items_of(competency) if answers.get(i.id)]
            if said:
                found[person, competency] = f"{group} {said}"
    return found


def check_counts(document: dict[str, Any], there: list[Sheet]) -> None:
    framework = CRITERIA
    for name in shown_figures(document):
        kind, _, rest = name.partition(":")
        if kind not in ("competency", "group"):
            assert len({person for person, _ in behind(name, there, set())}) >= 4, name
            continue
        competency, _, label = rest.partition(":")
        named = set(document["groups"].get(competency, {}))
        own = [
            (group, answers)
            for _, group, answers in there
            if not label or group == label or (label == "colleagues" and group not in named)
        ]
        least = max((LEAST[group] for group, _ in own), default=0) if label else 4
        for item in framework.items_of(competency):
            n = sum(answers.get(item.id) is not None for _, answers in own)
            assert n == 0 or n >= least, (name, item.id, n)


def attack(seen: list[tuple[dict[str, Any], list[Sheet]]]) -> set[frozenset[str]]:
    """People, fewer than their least number, whom differences of any figures set apart."""
    rows = [
        behind(name, there, set(document["groups"].get(name.split(":")[1], {})) if ":" in name else set())
        for document, there in seen
        for name in shown_figures(document)
    ]
    cells = sorted({(*key, said) for row in rows for key, said in row.items()})
    if not rows or not cells:
        return set()
    matrix = np.array([[float(row.get((p, c)) == said) for p, c, said in cells] for row in rows])
    matrix = np.unique(matrix, axis=0)
    least = {person: LEAST[group] for _, there in seen for person, group, _ in there}
    whole = np.linalg.matrix_rank(matrix)

    def free(few: frozenset[str]) -> int:
        outside = [n for n, (person, _, _) in enumerate(cells) if person not in few]
        return int(whole - np.linalg.matrix_rank(matrix[:, outside])) if outside else int(whole)

    found = set()
    for size in (1, 2):
        for few in map(frozenset, combinations(sorted({person for person, _, _ in cells}), size)):
            within = free(few) if len(few) < max(least[one] for one in few) else 0
            if within and all(free(few - {one}) < within for one in few):
                found.add(few)
    return found


@given(
    st.integers(0, 10_000), st.lists(st.integers(0, 7), min_size=3, max_size=3), st.lists(st.integers(0, 3))
)
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
def test_no_page_or_export_over_the_whole_history_tells_about_too_few(
    world: World, as_visitor: Visit, seed: int, sizes: list[int], late: list[int]
) -> None:
    chance = random.Random(seed)  # noqa: S311  answers, not secrets
    with transaction.atomic():
        cycle = build(world, chance, [max(sizes), *sizes[1:]] if max(sizes) > 3 else [5, *sizes[1:]])
        score(world, cycle)
        client = as_visitor("analytics")
        history: dict[Any, list[tuple[dict[str, Any], list[Sheet]]]] = {}
        for rounds, n_late in enumerate([0, *late[:2]]):
            if rounds:
                ratee = cycle.participants.order_by("name").first()
                for n in range(n_late):
                    answer(ratee, f"late{rounds}{n}", chance.choice(GROUPS), chance, 0.0)
                score(world, cycle)
            for participant in cycle.participants.all():
                look(client, participant, cycle, history.setdefault(participant.pk, []))
        for seen in history.values():
            assert attack(seen) == set()
        transaction.set_rollback(True)


def look(
    client: Client,
    participant: Participant,
    cycle: Cycle,
    seen: list[tuple[dict[str, Any], list[Sheet]]],
) -> None:
    """Read a result in every form; figures kept from an earlier run count as that run's."""
    document = client.get(f"/results/of/{participant.pk}/results.json").json()
    page = client.get(f"/results/of/{participant.pk}/").content.decode()
    table = client.get(f"/results/of/{participant.pk}/results.csv").content.decode()
    last = participant.results.filter(run__cycle=cycle).order_by("-run__number").first()
    if last.kept is None:
        there = sheets(participant)
        check_counts(document, there)
        seen.append((document, there))
        check_comments(document, there, page, participant)
    else:
        assert shown_figures(document) == shown_figures(seen[-1][0])
    assert no_more_numbers(document, table)


def check_comments(document: dict[str, Any], there: list[Sheet], page: str, participant: Participant) -> None:
    writers: dict[str, set[str]] = {}
    for _, one in on(participant):
        if one.comments:
            writers.setdefault(one.relationship, set()).add(one.pseudonym)
    texts = set(re.findall(r"remark of \w+ (\w+)", page))
    assert texts == {one["text"].split()[-1] for one in document["comments"]}
    anonymous = texts - {"manager"}
    assert not anonymous or sum(len(writers[group]) for group in anonymous) >= 5
    assert all(one["text"].split()[-1] != "self" for one in document["comments"])
    del there


def no_more_numbers(document: dict[str, Any], table: str) -> bool:
    """Every score in the CSV is one of the JSON's."""
    known = {
        round(v[key], 1) for v in shown_figures(document).values() for key in ("score", "mean") if key in v
    }
    lines = [line.split(",") for line in table.splitlines()[1:] if not line.startswith("Comment")]
    return {float(cells[2]) for cells in lines if len(cells) > 2 and cells[2]} <= known


def test_a_suppressed_group_and_an_empty_one_give_the_same_page(world: World, as_visitor: Visit) -> None:
    """Two reports beside six peers: merged or absent, no page names them, and no cell tells which."""
    pages = []
    for n_peers in (2, 0):
        with transaction.atomic():
            cycle = build(world, random.Random(1), [6, 0, 0])  # noqa: S311  answers, not secrets
            ravi = cycle.participants.get(name="Chidi Cole")
            for n in range(n_peers):
                answer(ravi, f"few{n}", "peer", random.Random(n), 0.0)  # noqa: S311  answers
            score(world, cycle)
            page = as_visitor("analytics").get(f"/results/of/{ravi.pk}/").content.decode()
            pages.append(re.sub(r"[0-9a-f-]{36}|csrfmiddlewaretoken\" value=\"\w+|[\w]{64}", "", page))
            transaction.set_rollback(True)
    assert own_view_aside(pages[0]) == own_view_aside(pages[1])


def own_view_aside(page: str) -> str:
    return re.sub(r"\s+", " ", page[page.index('<div class="results">') :])
