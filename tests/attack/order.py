"""Attacks on order and leftovers: times, places, columns that tell who answered, when, or began."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

from tests.attack.attack import ALL, CLOSED, Attack, key, with_table
from tests.attack.cast import ATTRIBUTED
from tests.attack.chance import Guess
from tests.attack.holdings import Facts, Holdings, Known, Truth
from tests.attack.reading import Line, candidates, lines, of_group, tables_at
from tests.attack.rows import guesses, place, planted_rows, value_in


def times(holdings: Holdings, stage: str) -> list[Guess]:
    """Rows on a ratee by anything that reads as a time or a running number, beside the order of answers."""
    found: list[Guess] = []
    by_column: defaultdict[tuple[str, str], dict[Line, float]] = defaultdict(dict)
    for line in lines(tables_at(holdings, stage), holdings.known):
        for path, value in line.atoms:
            if not path.startswith("@") and (moment := when(value)) is not None:
                by_column[line.table, path][line] = moment
    for own in by_column.values():
        if len(set(own.values())) == len(own) > len(holdings.known.participants):
            found += in_order(holdings, stage, own)
    return found


def when(value: Any) -> float | None:
    """A value as a moment: a date with time, a whole number, a UUID that holds one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, str) or not 19 <= len(value) <= 36:
        return None
    if re.fullmatch(r"[0-9a-f]{12}[167][0-9a-f]{19}", value):
        return float(
            int(value[:12], 16) if value[12] != "1" else int(value[13:16] + value[8:12] + value[:8], 16)
        )
    try:
        return datetime.fromisoformat(value).timestamp()
    except ValueError:
        return None


def in_order(holdings: Holdings, stage: str, ranked: Mapping[Line, Any]) -> list[Guess]:
    """Rows on each ratee by rank, matched with the answers by time."""
    named: dict[Line, str] = {}
    groups: defaultdict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in sorted(ranked, key=lambda one: ranked[one]):
        if line.relationship not in ATTRIBUTED:
            groups[line.participant, line.relationship].append(line)
    among = candidates(holdings.known, stage)
    for (ratee, group), own in groups.items():
        pool = of_group(holdings.known, among[ratee], group)
        if len(own) == len(pool):
            named |= dict(zip(own, pool, strict=True))
    return guesses(holdings, stage, named)


def places(holdings: Holdings, stage: str) -> list[Guess]:
    """The same by the place of rows in the file."""
    ranked: defaultdict[str, dict[Line, Any]] = defaultdict(dict)
    for line in lines(tables_at(holdings, stage), holdings.known):
        ranked[line.table][line] = place(value_in(line, "@place"))
    return [one for own in ranked.values() for one in in_order(holdings, stage, own)]


def last_answered(holdings: Holdings, stage: str) -> list[Guess]:
    """Whether the last answer on a ratee came early or late, by the place of the rows on them."""
    found, last = [], last_of(holdings.known, stage)
    halves = len(last) / 2
    by_table: defaultdict[str, dict[str, tuple[int, ...]]] = defaultdict(dict)
    for line in lines(tables_at(holdings, stage), holdings.known):
        where = place(value_in(line, "@place"))
        by_table[line.table][line.participant] = max(where, by_table[line.table].get(line.participant, where))
    for table, own in by_table.items():
        if len(own) == len(last) and table not in ("results_result", "results_release"):
            for n, ratee in enumerate(sorted(own, key=own.__getitem__)):
                found.append(Guess(("half", stage, ratee), n >= halves, 0.5))
            break
    return found


def last_of(known: Known, stage: str) -> list[str]:
    """Ratees by the time of the last answer on them."""
    last = {known.assignments[one][1]: n for n, one in enumerate(known.submitted(stage))}
    return sorted(last, key=last.__getitem__)


def halves(known: Known, stage: str) -> Facts:
    """Whether the last answer came in the later half."""
    own = last_of(known, stage)
    return {("half", stage, ratee): n >= len(own) / 2 for n, ratee in enumerate(own)}


def columns_of_assignments(holdings: Holdings, stage: str) -> list[Guess]:
    """Who has answered, learnt by column from half of the ratees, whose raters the attacker knows."""
    known = holdings.known
    given = set(known.submitted(stage))
    ratees = sorted(known.participants)
    taught = set(ratees[::2])
    best: list[Guess] = []
    for column in _columns(holdings, stage):
        learnt: defaultdict[Any, list[bool]] = defaultdict(list)
        for one, value in column.items():
            if known.assignments[one][1] in taught:
                learnt[value].append(one in given)
        rest = [one for one in column if known.assignments[one][1] not in taught]
        usual = sum(one in given for one in column if one not in rest) / max(1, len(column) - len(rest))
        if not rest or len(learnt) < 2:
            continue
        likely = usual >= 0.5
        telling = {value: sum(was) / len(was) >= 0.5 for value, was in learnt.items() if len(was) >= 3}
        said = [one for one in rest if telling.get(column[one], likely) != likely]
        base = sum((one in given) != likely for one in rest) / len(rest)
        own = [Guess(("answered", stage, one), not likely, base) for one in said]
        best = max(best, own, key=len)
    return best


def _columns(holdings: Holdings, stage: str) -> list[dict[str, Any]]:
    """By column of any table with a row an assignment: values by assignment."""
    found: defaultdict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
    known = holdings.known
    for table in tables_at(holdings, stage).values():
        for row in table.rows:
            own = [value for value in row if value in known.assignments]
            for name, value in zip(table.columns, row, strict=True):
                if own and name != "@place" and value not in known.assignments:
                    found[table.name, name][own[0]] = value
    return [own for own in found.values() if len(own) == len(known.assignments)]


def rare_values(holdings: Holdings, stage: str) -> list[Guess]:
    """Assignments with a value that few have: those were given longer or came late, and so did the answer.

    Which column tells that is learnt from half of the ratees, as above.
    """
    known, best, most = holdings.known, [], 0.0
    taught = set(sorted(known.participants)[::2])
    for column in _columns(holdings, stage):
        counts = Counter(column.values())
        odd = [one for one, value in column.items() if counts[value] <= 0.1 * len(column)]
        own = [one for one in odd if known.assignments[one][1] in taught]
        right = sum(one in holdings.known.waited for one in own) / max(1, len(own))
        if len(counts) <= 4 and right > most:
            rest = [one for one in odd if known.assignments[one][1] not in taught]
            chance = len(known.waited) / len(known.assignments)
            most, best = right, [Guess(("late", one), True, chance) for one in rest]
    return best


def begun(holdings: Holdings, stage: str) -> list[Guess]:
    """Assignments never handed in that more than their own row still speaks of: those were begun."""
    known, spoken = holdings.known, set()
    given = set(known.submitted(stage))
    for table in tables_at(holdings, stage).values():
        if table.name in ("accounts_auditrecord", "cycles_assignment"):
            continue
        for row in table.rows:
            for _, value in zip(table.columns, row, strict=True):
                if isinstance(value, str) and len(value) < 600:
                    found = re.findall(r"[0-9a-f-]{32,36}", value)
                    spoken |= {one.replace("-", "") for one in found} & known.assignments.keys()
    left = len(known.assignments) - len(given)
    return [Guess(("begun", one), True, known.begun / left) for one in sorted(spoken - given)]


def plant_time(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """The second of handing in, and noise of a twentieth of the cycle."""
    start, n = 1.78e9, len(holdings.known.order)
    return planted_rows(
        holdings,
        truth,
        stage,
        chance,
        lambda _, at: datetime.fromtimestamp(
            start + at * 1e4 + chance.gauss(0, n / 20) * 1e4, tz=UTC
        ).isoformat(),
    )


def plant_place(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """Rows stand in the order in which they came, but for some noise."""
    changed, facts = plant_time(holdings, truth, stage, chance)
    table = changed.snapshots[stage].tables["planted"]
    rows = sorted(table.rows, key=lambda row: row[-1])
    return with_table(
        holdings, stage, table.columns, [(n, *row[1:-1], None) for n, row in enumerate(rows)]
    ), facts


def plant_half(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """Ratees stand in the order of their last answers, but every tenth anywhere."""
    own = last_of(holdings.known, stage)
    for at in range(0, len(own), 10):
        own.insert(chance.randrange(len(own)), own.pop(at))
    rows = [(n, None, key(chance), ratee) for n, ratee in enumerate(own)]
    columns = ("@place", "@version", "id", "participant_id")
    only = replace(holdings.snapshots[stage], tables={})
    bare = replace(holdings, snapshots={**holdings.snapshots, stage: only})
    return with_table(bare, stage, columns, rows), {}


def plant_column(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """A column that tells of nine in ten whether they answered."""
    given = set(holdings.known.submitted(stage))
    rows = [
        (n, one, (one in given) == (chance.random() < 0.9))
        for n, one in enumerate(holdings.known.assignments)
    ]
    return with_table(holdings, stage, ("@place", "assignment_id", "leak"), rows), {}


def plant_rare(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """A day beside those who were given longer."""
    del chance
    known = holdings.known
    rows = [
        (n, one, "2026-03-20" if one in known.waited else None) for n, one in enumerate(known.assignments)
    ]
    return with_table(holdings, stage, ("@place", "assignment_id", "leak"), rows), {}


def plant_begun(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """Paths of forms that were kept."""
    del chance
    kept = [one for one, fate in truth.fates.items() if fate == "kept"]
    rows = [(n, f"/rate/{UUID(one)}/form/hiring/") for n, one in enumerate(kept)]
    return with_table(holdings, stage, ("@place", "path"), rows), {}


ATTACKS = (
    Attack("times and running numbers", "timestamps", ALL, times, plant_time),
    Attack("the place of rows in the file", "row order", ALL, places, plant_place),
    Attack("when a ratee was answered last", "forgotten rows", CLOSED, last_answered, plant_half),
    Attack("columns that tell who answered", "microdata", ("sealed",), columns_of_assignments, plant_column),
    Attack("rare values of late raters", "microdata", ("sealed",), rare_values, plant_rare),
    Attack("what is left of begun forms", "forgotten rows", ("sealed",), begun, plant_begun),
)
