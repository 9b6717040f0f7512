"""Attacks on rows: values that join them, what is new between two backups, sizes."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Any

from tests.attack.attack import ALL, Attack, key, share, with_table
from tests.attack.cast import ATTRIBUTED
from tests.attack.chance import Guess
from tests.attack.holdings import Facts, Holdings, Known, Page, Pair, Row, Table, Tables, Truth
from tests.attack.reading import LONG, Line, by_rater, candidates, lines, of_group, remarks, tables_at

MOST = 15
"""Rows that one rater may have; a value in more is nobody's own."""
Cluster = dict[str, Line]
"""Rows of one writer by participant."""


def clusters(holdings: Holdings, stage: str) -> list[Cluster]:
    """Rows on different ratees that share a value nobody else has."""
    shared: defaultdict[tuple[str, str, Any], list[Line]] = defaultdict(list)
    for line in lines(tables_at(holdings, stage), holdings.known):
        for path, value in line.atoms:
            if isinstance(value, str | bytes) and len(value) >= LONG and not path.startswith("@"):
                shared[line.table, path, value].append(line)
    found = []
    for own in shared.values():
        by_ratee = {line.participant: line for line in own}
        if 1 < len(own) <= MOST and len(by_ratee) == len(own):
            found.append(by_ratee)
    return found


def attributed(holdings: Holdings, stage: str) -> list[Guess]:
    """A row in the cluster is a self-rating or a manager's: so are the others theirs."""
    known, named = holdings.known, {}
    sheets = by_rater(known, stage)
    for own in clusters(holdings, stage):
        writers = {_writer(known, line) for line in own.values() if line.relationship in ATTRIBUTED} - {""}
        if len(writers) == 1:
            named |= _named(own, sheets[writers.pop()])
    return guesses(holdings, stage, named)


def _writer(known: Known, line: Line) -> str:
    fits = (
        r
        for r, about, group in known.assignments.values()
        if (about, group) == (line.participant, line.relationship)
    )
    return next(fits, "")


def _named(own: Cluster, sheets: Mapping[str, str]) -> dict[Line, str]:
    return {line: sheets[ratee] for ratee, line in own.items() if ratee in sheets}


def by_panel(holdings: Holdings, stage: str) -> list[Guess]:
    """Only one rater answered on exactly these ratees (as this): the cluster is theirs."""
    known, named = holdings.known, {}
    sheets = by_rater(known, stage)
    for own in clusters(holdings, stage):
        fits = [one for one in sheets.values() if _fits(known, own, one)]
        if len(fits) == 1:
            named |= _named(own, fits[0])
    return guesses(holdings, stage, named)


def _fits(known: Known, own: Cluster, sheets: Mapping[str, str]) -> bool:
    return own.keys() <= sheets.keys() and all(
        not line.relationship or known.assignments[sheets[ratee]][2] == line.relationship
        for ratee, line in own.items()
    )


def guesses(holdings: Holdings, stage: str, named: Mapping[Line, str]) -> list[Guess]:
    """Rows with the assignments they are said to come from; of each ratee a matching."""
    known, among = holdings.known, candidates(holdings.known, stage)
    found, taken = [], set()
    for line, assignment in named.items():
        group = line.relationship
        pool = of_group(known, among[line.participant], group)
        about = (line.table, line.participant, group)
        if assignment not in pool or (about, assignment) in taken or (about, line.key) in taken:
            continue
        taken |= {(about, assignment), (about, line.key)}
        found.append(Guess(("row", stage, line.key), assignment, 1 / len(pool), about))
    return found


def newcomer(holdings: Holdings, stage: str) -> list[Guess]:
    """Between two backups one assignment was handed in: which row on the ratee is new, or stands last?"""
    del stage
    found = []
    for n, pair in enumerate(holdings.pairs):
        for own in _rows_on_ratee(holdings.known, pair):
            found.append(Guess(("newcomer", n), _newest(*own), 1 / len(own[1])))
    return found


def _rows_on_ratee(known: Known, pair: Pair) -> list[tuple[list[Line], list[Line]]]:
    """Before and after, of tables that have one more row on the ratee."""
    about = known.assignments[pair.assignment][1]
    both = [defaultdict(list), defaultdict(list)]
    for found, tables in zip(both, (pair.before, pair.after), strict=True):
        for line in lines(tables, known):
            if line.participant == about:
                found[line.table].append(line)
    before, after = both
    return [(before[name], own) for name, own in after.items() if len(own) == len(before[name]) + 1]


def _newest(before: list[Line], after: list[Line]) -> str:
    """The only row with a value that none had before, by the most telling column; else the last in place."""
    old = {atom for line in before for atom in line.atoms}
    for column in after[0].columns:
        fresh = [
            line
            for line in after
            if value_in(line, column) is not None and (column, value_in(line, column)) not in old
        ]
        if len(fresh) == 1 < len(after) and not column.startswith("@"):
            return fresh[0].key
    versions = Counter(value_in(line, "@version") for line in after)
    rare = [line for line in after if versions[value_in(line, "@version")] == 1]
    if len(rare) == 1:
        return rare[0].key
    return max(after, key=lambda line: place(value_in(line, "@place"))).key


def value_in(line: Line, column: str) -> Any:
    return line.row[line.columns.index(column)]


def place(value: Any) -> tuple[int, ...]:
    """A row's place as numbers: a rowid, or a block with a line."""
    return tuple(int(part) for part in re.findall(r"\d+", str(value)))


def sizes(holdings: Holdings, stage: str) -> list[Guess]:
    """A draft's size before, looked for among the rows on its ratee afterwards, with the usual overhead.

    Of all pairs of a draft's and a sheet's column, those two whose sizes differ by the same most often.
    """
    del stage
    seen: defaultdict[tuple[str, str], list[tuple[int, int, dict[Line, int]]]] = defaultdict(list)
    for n, pair in enumerate(holdings.pairs):
        drafts = _sizes_of_draft(pair, holdings.known)
        for _, after in _rows_on_ratee(holdings.known, pair):
            for column in after[0].columns:
                own = {line: size(value_in(line, column)) for line in after}
                if len(set(own.values())) > 1:
                    for name, draft in drafts.items():
                        seen[name, column].append((n, draft, own))
    best: list[Guess] = []
    most = 0
    for tries in seen.values():
        overhead = Counter(found - draft for _, draft, own in tries for found in own.values())
        usual, times = overhead.most_common(1)[0]
        if times > most:
            most, best = times, [_nearest(n, draft + usual, own) for n, draft, own in tries]
    return best


def _nearest(n: int, wanted: int, sizes: Mapping[Line, int]) -> Guess:
    nearest = min(sizes, key=lambda line: abs(sizes[line] - wanted))
    return Guess(("newcomer", n), nearest.key, 1 / len(sizes))


def size(value: Any) -> int:
    """Bytes of a value; of anything short none, for it is alike in all."""
    return len(value) if isinstance(value, str | bytes) and len(value) > 40 else 0


def _sizes_of_draft(pair: Pair, known: Known) -> dict[str, int]:
    for table in pair.before.values():
        if any(value in known.participants for row in table.rows[:1] for value in row):
            continue
        for row in table.rows:
            own = {name: size(value) for name, value in zip(table.columns, row, strict=True) if size(value)}
            if pair.assignment in row and own:
                return own
    return {}


def lengths(holdings: Holdings, stage: str) -> list[Guess]:
    """Long comments on the desk are of those whose draft was large, or whose sheet made all rows larger."""
    del stage
    known = holdings.known
    texts = {ratee: sorted(said, key=len) for ratee, said in remarks(holdings, "closed").items()}
    drafts = {
        pair.assignment: max(_sizes_of_draft(pair, known).values(), default=0) for pair in holdings.pairs
    }
    usual = Counter(drafts.values()).most_common(1)[0][0]
    found = {}
    for pair in holdings.pairs:
        _, ratee, group = known.assignments[pair.assignment]
        own = texts.get(ratee, [])
        is_long = drafts[pair.assignment] > usual or _grown(known, pair)
        if is_long and len(own) > 2 and group not in ATTRIBUTED:
            found[own[-1]] = Guess(("said", own[-1]), pair.assignment, 2 / len(own))
    return list(found.values())


def _grown(known: Known, pair: Pair) -> bool:
    """Whether rows on the ratee are larger than before."""
    for before, after in _rows_on_ratee(known, pair):
        largest = [
            max((size(value) for line in own for value in line.row), default=0) for own in (before, after)
        ]
        if 0 < largest[0] < largest[1]:
            return True
    return False


def planted_rows(
    holdings: Holdings, truth: Truth, stage: str, chance: Random, value: Callable[[str, int], Any]
) -> tuple[Holdings, Facts]:
    """A table with a row a sheet in random order, and one more column that depends on writer and time."""
    known, rows, facts = holdings.known, [], {}
    for n, one in enumerate(known.submitted(stage)):
        own = key(chance)
        _, about, relationship = known.assignments[one]
        rows.append((None, None, own, about, relationship, value(one, n)))
        facts["row", stage, own] = one
    chance.shuffle(rows)
    places = [((n, *row[1:])) for n, row in enumerate(rows)]
    columns = ("@place", "@version", "id", "participant_id", "relationship", "leak")
    return with_table(holdings, stage, columns, places), facts


def plant_join(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """One pseudonym a rater, on a third of the sheets."""
    names: defaultdict[str, str] = defaultdict(lambda: key(chance))
    some = set(share(list(holdings.known.assignments), 0.5, chance))
    return planted_rows(
        holdings,
        truth,
        stage,
        chance,
        lambda one, _: names[holdings.known.assignments[one][0]] if one in some else key(chance),
    )


def plant_newcomer(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """Sheets keep their keys in half of the pairs, and stand anywhere in the others."""
    del truth, stage
    pairs, facts = [], {}
    for n, pair in enumerate(holdings.pairs):
        before, after = _two_backups(holdings.known, pair, chance, kept=n % 2 == 1)
        pairs.append(Pair(pair.assignment, before, after))
        facts["newcomer", n] = after["planted"].rows[-1][2]
    return replace(holdings, pairs=[_shuffled(pair, chance) for pair in pairs]), facts


def plant_sizes(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """A sheet is a draft and 28 bytes, give or take two."""
    del truth, stage
    pairs, facts = [], {}
    for n, pair in enumerate(holdings.pairs):
        before, after = _two_backups(holdings.known, pair, chance, kept=False)
        own = after["planted"].rows[-1]
        draft = "x" * (len(own[4]) - 28 + chance.choice((0, 0, 0, -2, 2)))
        drafts = Table("drafts", ("assignment_id", "blob"), ((pair.assignment, draft),))
        pairs.append(Pair(pair.assignment, {**before, "drafts": drafts}, after))
        facts["newcomer", n] = own[2]
    return replace(holdings, pairs=[_shuffled(pair, chance) for pair in pairs]), facts


def _two_backups(known: Known, pair: Pair, chance: Random, *, kept: bool) -> tuple[Tables, Tables]:
    """Five sheets on the ratee, then six, of which the last is new."""
    about, columns = (
        known.assignments[pair.assignment][1],
        ("@place", "@version", "id", "participant_id", "blob"),
    )

    def sheet() -> Row:
        return (0, None, key(chance), about, "x" * chance.randint(900, 1400))

    before = [sheet() for _ in range(5)]
    after = [*(before if kept else [sheet() for _ in before]), sheet()]
    first, second = (Table("planted", columns, tuple(own)) for own in (before, after))
    return {"planted": first}, {"planted": second}


def _shuffled(pair: Pair, chance: Random) -> Pair:
    """With rows in random places."""
    own = pair.after["planted"]
    rows = chance.sample(own.rows, len(own.rows))
    placed = tuple((n, *row[1:]) for n, row in enumerate(rows))
    return replace(pair, after={"planted": replace(own, rows=placed)})


def plant_lengths(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """Drafts in two sizes, of which one rater in three writes the larger; theirs is the longest comment."""
    del truth, stage
    known, pairs, shown, facts = holdings.known, [], [], {}
    for n, pair in enumerate(holdings.pairs):
        is_long = n % 3 == 0
        draft = Table(
            "drafts", ("assignment_id", "blob"), ((pair.assignment, "x" * (2048 if is_long else 1024)),)
        )
        pairs.append(replace(pair, before={"drafts": draft}))
        text = f"{key(chance)} says {'very ' * 100 * is_long}much"
        shown.append((known.assignments[pair.assignment][1], text))
        facts["said", text] = pair.assignment
    shown += [(ratee, f"{key(chance)} says {'so ' * n}") for ratee in known.participants for n in range(10)]
    documents = ((ratee, json.dumps({"comments": [{"text": text}]})) for ratee, text in shown)
    pages = [Page("closed", "analytics", f"/of/{ratee}/planted.json", text) for ratee, text in documents]
    others = [page for page in holdings.pages if page.stage != "closed"]
    return replace(holdings, pairs=pairs, pages=[*others, *pages]), facts


ATTACKS = (
    Attack("a value that an attributed sheet shares", "join key", ALL, attributed, plant_join),
    Attack("a value shared by the sheets of one panel", "join key", ALL, by_panel, plant_join),
    Attack("what is new between two backups", "forgotten rows", ("running",), newcomer, plant_newcomer),
    Attack("the size of a draft and of a comment", "readable sheets", ("closed",), lengths, plant_lengths),
    Attack("the size of a draft and of a sheet", "readable sheets", ("running",), sizes, plant_sizes),
)
