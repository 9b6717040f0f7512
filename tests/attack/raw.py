"""Attacks on what lies open: answers and words in rows, in files and in what was deleted from them."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from random import Random
from statistics import fmean

from tests.attack.attack import ALL, NEVER, Attack, key, share, with_file, with_table
from tests.attack.cast import ATTRIBUTED, ITEMS, ITEMS_OF
from tests.attack.chance import Guess
from tests.attack.holdings import STAGES, Facts, Holdings, Truth
from tests.attack.reading import EDITED, Line, Open, candidates, lines, of_group, open_sheets, tables_at
from tests.attack.rows import guesses

SAID = re.compile(rb"[bcdfghjklmnpqrstvwxz]{7}\d{1,3} [a-z ]{20,4000}\.")
"""What a comment of the cast looks like, to somebody who reads the file."""
GIVEN = re.compile(rb'"(' + "|".join(ITEMS).encode() + rb')": ?(\d|null)')
DESK = "results_comment"
"""Where comments lie to be reviewed, without their writers."""


def words(holdings: Holdings, stage: str) -> list[Guess]:
    """Comments in the bytes of any file; those on the review desk lie there on purpose."""
    texts = {
        text.decode()
        for path in holdings.snapshots[stage].files.values()
        for text in SAID.findall(path.read_bytes())
    }
    desk = tables_at(holdings, stage).get(DESK)
    known = {value for row in desk.rows for value in row} if desk and stage != "running" else set()
    known = {text for value in known if isinstance(value, str) for text in [value.removesuffix(EDITED)]}
    return [Guess(("text", text), True, NEVER) for text in sorted(texts - known)]


def answers(holdings: Holdings, stage: str) -> list[Guess]:
    """Whole answer sheets, in rows or in the bytes of any file."""
    found = {one.answers for one in open_sheets(tables_at(holdings, stage), holdings.known)}
    for path in holdings.snapshots[stage].files.values():
        found |= set(_sheets_in(path.read_bytes()))
    return [Guess(("answers", own), True, NEVER) for own in sorted(found, key=repr) if len(own) > 20]


def _sheets_in(content: bytes) -> Iterator[tuple[tuple[str, int | None], ...]]:
    own: dict[str, int | None] = {}
    end = 0
    for given in GIVEN.finditer(content):
        item = given[1].decode()
        if given.start() - end > 8 or item in own:
            yield tuple(sorted(own.items()))
            own = {}
        own[item] = None if given[2] == b"null" else int(given[2])
        end = given.end()
    yield tuple(sorted(own.items()))


def severity(holdings: Holdings, stage: str) -> list[Guess]:
    """Who rates severely under their own name does so without: which open sheet is theirs?"""
    known, among = holdings.known, candidates(holdings.known, stage)
    by_ratee: defaultdict[str, list[Open]] = defaultdict(list)
    for one in open_sheets(tables_at(holdings, stage), known):
        if not one.owner and one.participant and len(one.answers) > 20 and one.relationship not in ATTRIBUTED:
            by_ratee[one.participant].append(one)
    usual = {ratee: fmean(map(_mean, own)) for ratee, own in by_ratee.items()}
    harsh = _severities(holdings, usual)
    found = []
    for ratee, own in by_ratee.items():
        for assignment in among[ratee]:
            rater, _, group = known.assignments[assignment]
            pool = [one for one in own if not one.relationship or one.relationship == group]
            if rater in harsh and pool:
                wanted = usual[ratee] - harsh[rater]
                best = min(pool, key=lambda one: abs(_mean(one) - wanted))
                found.append(Guess(("source", stage, assignment), best.answers, 1 / len(pool)))
    return found


def _mean(sheet: Open) -> float:
    return fmean(value for _, value in sheet.answers if value is not None)


def _severities(holdings: Holdings, usual: dict[str, float]) -> dict[str, float]:
    """How far below the usual a rater's attributed ratings are, of others and of themselves."""
    below: defaultdict[str, list[float]] = defaultdict(list)
    for assignment, given in holdings.known.attributed.items():
        rater, ratee, _ = holdings.known.assignments[assignment]
        if ratee in usual:
            below[rater].append(usual[ratee] - fmean(v for v in given.values() if v is not None))
    return {rater: fmean(own) for rater, own in below.items()}


def alone(holdings: Holdings, stage: str) -> list[Guess]:
    """A row that says its group, of which only one rater answered."""
    known, among, named = holdings.known, candidates(holdings.known, stage), {}
    for line in lines(tables_at(holdings, stage), known):
        group = of_group(known, among[line.participant], line.relationship)
        if line.relationship and len(group) == 1:
            named[line] = group[0]
    found = []
    for guess in guesses(holdings, stage, named):
        pool = among[known.assignments[str(guess.said)][1]]
        found.append(Guess(guess.about, guess.said, 1 / len(pool)))
    return found


def versions(holdings: Holdings, stage: str) -> list[Guess]:
    """The newest sheet on a ratee is in the fewest old copies of its row that lie in the files."""
    known, among = holdings.known, candidates(holdings.known, stage)
    contents = [path.read_bytes() for path in holdings.snapshots[stage].files.values()]
    by_ratee: defaultdict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in lines(tables_at(holdings, stage), known):
        if line.relationship not in ATTRIBUTED:
            by_ratee[line.table, line.participant].append(line)
    named = {}
    for (_, ratee), own in by_ratee.items():
        if not 1 < len(own) <= len(among[ratee]):
            continue
        seen = {line: _copies(line, contents) for line in own}
        newest = [line for line in own if seen[line] == min(seen.values())]
        if len(newest) == 1:
            pool = of_group(known, among[ratee], newest[0].relationship)
            named |= {newest[0]: pool[-1]} if pool else {}
    return guesses(holdings, stage, named)


def _copies(line: Line, contents: Sequence[bytes]) -> int:
    """How often a value that only this row has is in the files."""
    marks = [mark for mark in map(_mark, line.row) if mark]
    return max((sum(content.count(mark) for content in contents) for mark in marks), default=0)


def _mark(value: object) -> bytes | None:
    """A value of its own, long enough to be found in a file."""
    if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{40,}", value):
        return value.encode()
    if isinstance(value, bytes) and len(value) > 40:
        return value[:32]
    return None


def owned(holdings: Holdings, stage: str) -> list[Guess]:
    """Answers beside the assignment or the address of the form they belong to."""
    found = {
        one.owner: one.answers for one in open_sheets(tables_at(holdings, stage), holdings.known) if one.owner
    }
    return [Guess(("part of", owner, given), True, NEVER) for owner, given in sorted(found.items())]


def about_what(holdings: Holdings, stage: str) -> list[Guess]:
    """As many rows as name a ratee and a competency, so many comments there are: by chance half are right."""
    found = Counter(
        (line.participant, value)
        for line in lines(tables_at(holdings, stage), holdings.known)
        for value in line.row
        if value in ITEMS_OF
    )
    return [Guess(("commented", stage, *pair), n, 1 / 2) for pair, n in sorted(found.items())]


def what_is_true(holdings: Holdings, truth: Truth) -> Facts:
    """Texts and sheets that exist, whole or in part."""
    found: Facts = {("text", text): True for said in truth.comments.values() for text in said.values()}
    for one, given in truth.sheets.items():
        own = tuple(sorted(given.items()))
        found["answers", own] = True
        found |= {("source", stage, one): own for stage in STAGES}
    for snapshot in holdings.snapshots.values():
        for one in open_sheets(snapshot.tables, holdings.known):
            given = truth.sheets.get(one.owner)
            if given and all(given.get(item) == value for item, value in one.answers):
                found["part of", one.owner, one.answers] = True
    return found


def plant_words(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """Three comments in what a page once held."""
    texts = chance.sample(sorted(text for said in truth.comments.values() for text in said.values()), 3)
    content = b"\0".join(chance.randbytes(200) + text.encode() + chance.randbytes(200) for text in texts)
    return with_file(holdings, stage, content, "words"), {}


def plant_answers(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """Two sheets in what a page once held."""
    some = chance.sample(list(truth.sheets.values()), 2)
    content = b"".join(chance.randbytes(300) + json.dumps(one).encode() for one in some)
    return with_file(holdings, stage, content, "answers"), {}


def plant_sheets(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """Every sheet, with its group, without its writer."""
    rows, facts = [], {}
    for one in share(holdings.known.submitted(stage), 1.0, chance):
        _, ratee, group = holdings.known.assignments[one]
        own = key(chance)
        rows.append((len(rows), None, own, ratee, group, json.dumps(truth.sheets[one])))
        facts["row", stage, own] = one
    columns = ("@place", "@version", "id", "participant_id", "relationship", "answers")
    return with_table(holdings, stage, columns, rows), facts


def plant_versions(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """Old copies of rows with a value that stays: the oldest has most, but for a few overwritten ones."""
    rows, facts, copies = [], {}, []
    among = candidates(holdings.known, stage)
    for ratee, own in among.items():
        for n, one in enumerate(own):
            value = chance.randbytes(32).hex()
            name = key(chance)
            rows.append((len(rows), None, name, ratee, value))
            facts["row", stage, name] = one
            copies += [value] * (len(own) - n - (chance.random() < 0.1))
    chance.shuffle(copies)
    changed = with_table(holdings, stage, ("@place", "@version", "id", "participant_id", "leak"), rows)
    return with_file(changed, stage, "\n".join(copies).encode(), "versions"), facts


def plant_owned(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """Two drafts, as they are."""
    some = chance.sample([one for one, fate in truth.fates.items() if fate == "draft"], 2)
    rows = [(n, one, json.dumps(truth.sheets[one])) for n, one in enumerate(some)]
    given = {("part of", one, tuple(sorted(truth.sheets[one].items()))): True for one in some}
    return with_table(holdings, stage, ("@place", "assignment_id", "answers"), rows), given


def plant_about(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """What each comment is about, beside its ratee."""
    there = [
        fact[2:] for fact, n in truth.facts.items() if fact[:2] == ("commented", stage) for _ in range(n)
    ]
    rows = [(n, key(chance), *one) for n, one in enumerate(share(there, 1.0, chance))]
    return with_table(holdings, stage, ("@place", "id", "participant_id", "competency"), rows), {}


ATTACKS = (
    Attack("words in files", "readable sheets", ALL, words, plant_words),
    Attack("answer sheets in rows and files", "readable sheets", ALL, answers, plant_answers),
    Attack("severity shown under one's own name", "readable sheets", ALL, severity, plant_sheets),
    Attack("groups of one", "readable sheets", ALL, alone, plant_sheets),
    Attack("what comments are about", "readable sheets", ("closed", "released"), about_what, plant_about),
    Attack("old copies of rows", "forgotten rows", ALL, versions, plant_versions),
    Attack("drafts and kept forms beside their writers", "forgotten rows", ALL, owned, plant_owned),
)
