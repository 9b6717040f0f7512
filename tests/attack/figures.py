"""Attacks on figures: two runs, two homes of disclosure, means of everybody."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise, product
from random import Random
from statistics import fmean, median
from typing import Any

from tests.attack.attack import CLOSED, Attack, key, with_table
from tests.attack.cast import COMPETENCIES, ITEMS_OF
from tests.attack.chance import Guess
from tests.attack.holdings import Facts, Holdings, Page, Table, Tables, Truth
from tests.attack.reading import candidates, keys_in, lines, opened, remarks, tables_at

Groups = dict[tuple[str, str], tuple[float, int]]
"""Mean and number of raters by competency and group."""


def documents(tables: Tables, holdings: Holdings) -> dict[str, list[dict[str, Any]]]:
    """Readable figures by ratee, in any table."""
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for table in tables.values():
        for row in table.rows:
            about = [value for value in row if value in holdings.known.participants]
            for value in row if about else ():
                inside = opened(value) if isinstance(value, str | bytes) and len(value) > 200 else None
                if isinstance(inside, dict) and "groups" in inside:
                    found[about[0]].append(inside)
    return found


def exported(pages: Iterable[Page]) -> dict[str, list[dict[str, Any]]]:
    """The same from exports."""
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for page in pages:
        if page.url.endswith(".json"):
            inside = json.loads(page.text)
            found[keys_in(page.url)[0]].append({**inside, "sheet": inside["figures"]})
    return found


def _history(holdings: Holdings, stage: str) -> dict[str, list[dict[str, Any]]]:
    """Every figure on each ratee that a backup, the database now or an export gives, oldest first."""
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    sources = [documents(tables, holdings) for tables in holdings.runs]
    sources += [exported(holdings.pages_of(f"run{n}")) for n in range(1, 9)]
    sources += [documents(tables_at(holdings, stage), holdings), exported(holdings.pages_of(stage))]
    for source in sources:
        for ratee, own in source.items():
            found[ratee] += [one for one in own if one not in found[ratee]]
    return found


def _groups(document: Mapping[str, Any]) -> Groups:
    return {
        (competency, label): (one["mean"], one["n"])
        for competency, by_label in (document["groups"] or {}).items()
        for label, one in by_label.items()
    }


def late_answer(holdings: Holdings, stage: str) -> list[Guess]:
    """Two sets of figures on a ratee that differ by one rater: the sums less each other are their answers."""
    found: dict[tuple[str, str], Guess] = {}
    for ratee, own in _history(holdings, stage).items():
        for before, after in product(map(_groups, own), repeat=2):
            for where in before.keys() & after.keys():
                (mean, n), (mean_now, n_now) = before[where], after[where]
                if n_now == n + 1:
                    value = mean_now * n_now - mean * n
                    found[ratee, where[0]] = Guess(("late answer", ratee, where[0]), value > 50, 0.5)
    return list(found.values())


def _scores(document: Mapping[str, Any]) -> dict[str, float]:
    sheet = document.get("sheet") or {}
    return {name: one["score"] for name, one in (sheet.get("competencies") or {}).items() if one}


def movement(holdings: Holdings, stage: str) -> list[Guess]:
    """After a late answer everybody else moves, and by competency: what is new of the rater is shared."""
    known, found = holdings.known, []
    sources = [exported(holdings.pages_of(f"run{n}")) for n in range(2, 9)]
    runs = [source for source in sources if source]
    backups = [documents(tables, holdings) for tables in holdings.runs[1:]]
    for n, late in enumerate(known.late[1:]):
        for source in (runs, backups):
            if n + 1 >= len(source):
                continue
            ratee = known.assignments[late][1]
            moved = _moved(source[n], source[n + 1], ratee)
            if moved:
                middle = median(moved.values())
                found += [Guess(("late answer", ratee, c), by > middle, 0.5) for c, by in moved.items()]
                break
    return found


def _moved(before: Mapping[str, Any], after: Mapping[str, Any], ratee: str) -> dict[str, float]:
    moves: defaultdict[str, list[float]] = defaultdict(list)
    for other in before.keys() & after.keys() - {ratee}:
        was, now = _scores(before[other][-1]), _scores(after[other][-1])
        for name in was.keys() & now.keys():
            moves[name].append(now[name] - was[name])
    means = {name: fmean(own) for name, own in moves.items()}
    return means if len(set(means.values())) > 1 else {}


def overview(holdings: Holdings, stage: str) -> list[Guess]:
    """Means of teams before and after: the team of the ratee who had a late answer moves by it."""
    known, found = holdings.known, []
    tables = [_overview(holdings.pages_of(f"run{n}")) for n in range(2, 9)]
    seen = [one for one in tables if one]
    for late, (before, after) in zip(known.late[1:], pairwise(seen), strict=False):
        ratee = known.assignments[late][1]
        moved = _team_moves(before, after, holdings, ratee)
        if len(set(moved.values())) > 1:
            middle = median(moved.values())
            found += [Guess(("late answer", ratee, c), by > middle, 0.5) for c, by in moved.items()]
    return found


def _overview(pages: Iterable[Page]) -> list[list[str]]:
    own = [page.text for page in pages if "overview" in page.url and "csv" in page.url]
    return list(csv.reader(io.StringIO(own[-1].lstrip("\ufeff")))) if own else []


def _team_moves(
    before: list[list[str]], after: list[list[str]], holdings: Holdings, ratee: str
) -> dict[str, float]:
    """By competency how far the ratee's team moved beside the others."""
    team = holdings.known.teams[ratee]
    if before[0] != after[0] or team not in before[0] or len(before) != len(after):
        return {}
    at = before[0].index(team)
    teams = [n for n, head in enumerate(before[0]) if head.startswith("Team ")]
    found = {}
    for old, new in zip(before[1:], after[1:], strict=True):
        moves = {n: float(new[n]) - float(old[n]) for n in teams if new[n] and old[n]}
        competency = holdings.known.titles.get(old[0])
        if competency and at in moves and len(moves) > 1:
            found[competency] = moves[at] - fmean(by for n, by in moves.items() if n != at)
    return found


def new_comments(holdings: Holdings, stage: str) -> list[Guess]:
    """A comment that a report has after a late answer and had not before."""
    known, found = holdings.known, []
    among = candidates(known, stage)
    texts = [_texts(tables, holdings) for tables in holdings.runs]
    for n, seen in enumerate(texts):
        for ratee, said in remarks(holdings, f"run{n + 1}").items():
            seen[ratee] |= said
    for late, (before, after) in zip(known.late, pairwise(texts), strict=False):
        ratee = known.assignments[late][1]
        for text in sorted(after[ratee] - before[ratee]):
            found.append(Guess(("said", text), late, 1 / max(1, len(among[ratee]))))
    return found


def _texts(tables: Tables, holdings: Holdings) -> defaultdict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for line in lines(tables, holdings.known):
        for path, value in line.atoms:
            if isinstance(value, str) and len(value) > 25 and " " in value and not path.startswith("@"):
                found[line.participant].add(value)
    return found


def two_homes(holdings: Holdings, stage: str) -> list[Guess]:
    """Groups too small to be named, merged one way in files and another way in the browser."""
    del stage
    found = []
    for composition, (files, browser) in holdings.tried["homes"].items():
        alone = _solutions(composition, [browser])
        both = _solutions(composition, [browser, files])
        if len(both) == 1 < len(alone):
            found.append(Guess(("composition", composition), both[0], 1 / len(alone)))
    return found


def _solutions(composition: Any, shown: list[Mapping[str, int]]) -> list[tuple[tuple[str, int], ...]]:
    """How many of each group may have answered, up to five, given what is shown.

    Whether the manager did is known. A group without a name is among colleagues, or nobody of it answered.
    """
    asked = dict(composition)
    ranges = [(n,) if group == "manager" else range(6) for group, n in asked.items()]
    found = []
    for sizes in product(*ranges):
        own = dict(zip(asked, sizes, strict=True))
        if all(_says(own, one) for one in shown):
            found.append(tuple(own.items()))
    return found


def _says(own: Mapping[str, int], shown: Mapping[str, int]) -> bool:
    rest = sum(n for group, n in own.items() if group not in shown)
    named = all(own.get(group, 0) == n for group, n in shown.items() if group != "colleagues")
    return named and rest == shown.get("colleagues", 0) if shown else True


def what_is_true(holdings: Holdings, truth: Truth) -> Facts:
    """High or low, by competency, of those who were late; who said what; groups as they are."""
    found: Facts = {}
    for late in holdings.known.late:
        ratee = holdings.known.assignments[late][1]
        for competency, items in ITEMS_OF.items():
            found["late answer", ratee, competency] = (truth.sheets[late][items[0]] or 0) > 3
    found |= {("said", text): one for one, said in truth.comments.items() for text in said.values()}
    found |= {("composition", one): one for one in holdings.tried["homes"]}
    return found


def plant_late(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """Figures on one late answer with a margin of a tenth of the scale."""
    late = holdings.known.late[0]
    ratee, rows = holdings.known.assignments[late][1], []
    for n in (5, 6):
        groups = {}
        for competency, items in ITEMS_OF.items():
            high = (truth.sheets[late][items[0]] or 0) > 3
            mean = 50.0 if n == 5 else (250 + 100 * high + chance.gauss(0, 10)) / 6
            groups[competency] = {"planted": {"mean": mean, "n": n}}
        rows.append((n, ratee, json.dumps({"groups": groups, "sheet": None})))
    return with_table(holdings, stage, ("@place", "participant_id", "figures"), rows), {}


def plant_movement(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """All others move a little by what was answered, beside noise of half of that."""
    known, pages = holdings.known, []
    level = {(ratee, c): chance.gauss(60, 8) for ratee in known.participants for c in COMPETENCIES}
    for n in range(2, 2 + len(known.late)):
        for ratee in known.participants:
            scores = {c: {"score": level[ratee, c]} for c in COMPETENCIES}
            text = json.dumps({"figures": {"competencies": scores}, "groups": {}})
            pages.append(Page(f"run{n}", "analytics", f"/results/of/{ratee}/results.json", text))
        if n - 1 < len(known.late):
            given = truth.sheets[known.late[n - 1]]
            for ratee, c in level:
                level[ratee, c] += (0.1 if (given[ITEMS_OF[c][0]] or 0) > 3 else -0.1) + chance.gauss(0, 0.05)
    kept = [page for page in holdings.pages if not page.stage.startswith("run")]
    return replace(holdings, pages=[*kept, *pages], runs=[]), {}


def plant_overview(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """Means by team with a decimal, of teams of five."""
    known, pages = holdings.known, []
    teams = sorted(set(known.teams.values()))
    titles = {competency: title for title, competency in known.titles.items()}
    mean = {(team, c): chance.gauss(60, 8) for team in teams for c in COMPETENCIES}
    for n in range(2, 2 + len(known.late)):
        lines_ = [
            ["What", *teams],
            *([titles[c], *(f"{mean[t, c]:.1f}" for t in teams)] for c in COMPETENCIES),
        ]
        text = "\n".join(",".join(one) for one in lines_)
        pages.append(Page(f"run{n}", "analytics", "/overview/?export=csv", text))
        if n - 1 < len(known.late):
            late = known.late[n - 1]
            team = known.teams[known.assignments[late][1]]
            for c in COMPETENCIES:
                mean[team, c] += 0.8 if (truth.sheets[late][ITEMS_OF[c][0]] or 0) > 3 else -0.8
                mean[team, c] += chance.gauss(0, 0.3)
    kept = [page for page in holdings.pages if not page.stage.startswith("run")]
    return replace(holdings, pages=[*kept, *pages]), {}


def plant_comments(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """What late raters wrote appears after they did."""
    facts: Facts = {}
    shown: list[tuple[int, str, str]] = []
    runs: list[Tables] = []
    for n, late in enumerate(("", *holdings.known.late)):
        for _ in range(2 if late else 0):
            text = f"planted {key(chance)} says what nobody else would"
            shown.append((len(shown), holdings.known.assignments[late][1], text))
            facts["said", text] = late
        runs.append({"planted": Table("planted", ("@place", "participant_id", "text"), tuple(shown))})
        del n
    return replace(holdings, runs=runs), facts


def plant_homes(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """Files name groups that the browser merges, of twenty compositions."""
    del truth, stage
    homes = dict(holdings.tried["homes"])
    for composition in chance.sample(sorted(homes), 20):
        own = {group: n for group, n in composition if n}
        homes[composition] = (own, {"colleagues": sum(own.values())})
    return replace(holdings, tried={**holdings.tried, "homes": homes}), {}


ATTACKS = (
    Attack("what a late answer changed", "figures of two runs", CLOSED, late_answer, plant_late),
    Attack(
        "how others moved after a late answer", "figures of two runs", ("closed",), movement, plant_movement
    ),
    Attack("how means of teams moved", "figures of two runs", ("closed",), overview, plant_overview),
    Attack("comments that appeared", "regenerated reports", ("closed",), new_comments, plant_comments),
    Attack("files beside the browser", "two homes of disclosure", ("closed",), two_homes, plant_homes),
)
