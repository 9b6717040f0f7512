"""Attacks on what people see and what the system writes: progress, comments, links, mails, logs."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from dataclasses import replace
from html import unescape
from random import Random
from typing import Any

from tests.attack.attack import ALL, CLOSED, NEVER, Attack, key, share
from tests.attack.chance import Guess
from tests.attack.holdings import Facts, Holdings, Page, Poll, Truth
from tests.attack.reading import EDITED, keys_in, lines, tables_at
from tests.attack.rows import place

VOLATILE = re.compile(
    r'csrfmiddlewaretoken" value="\w+"|nonce[=-]["\']?[\w+/=-]+|value="[^"]{60,}"|[\w-]{40,}'
)
PART_OF_RATEE, PART_OF_RATER = 1 / 25, 1 / 40
"""The largest share of what is open that one ratee, or one rater, has at any time."""
TOKEN = re.compile(r"(?<![\w-])[0-9a-f]{10,}(?![\w-])")


def live(holdings: Holdings, stage: str) -> list[Guess]:
    """Pages before and after one answer: first names on lines that changed, ratees whose page did."""
    del stage
    known, found = holdings.known, []
    ratees_named = {name.lower(): one for one, name in known.participants.items()}
    raters_named = {name.lower(): one for one, name in known.raters.items()}
    for n, poll in enumerate(holdings.polls):
        ratees: Counter[str] = Counter()
        raters: Counter[str] = Counter()
        for name in poll.before:
            changed = _changed(poll.before[name], poll.after[name])
            if changed and " " in name:
                ratees[name.split()[1]] += 1
            ratees.update({ratees_named[one] for one in changed & ratees_named.keys() if name == "ratees"})
            raters.update({raters_named[one] for one in changed & raters_named.keys() if name == "owing"})
        for asked, counts, chance in (("ratee", ratees, PART_OF_RATEE), ("rater", raters, PART_OF_RATER)):
            best = [one for one, times in counts.items() if times == max(counts.values())]
            if 0 < len(best) <= 6:
                found.append(Guess((f"polled {asked}", n), best[0], chance))
    return found


def _changed(before: str, after: str) -> set[str]:
    """First words, in small letters, of lines that are in one and not the other, or that moved."""
    first, second = (VOLATILE.sub("", text).splitlines() for text in (before, after))
    lines_ = [*(Counter(first) - Counter(second)), *(Counter(second) - Counter(first))]
    if not lines_:
        lines_ = [one for pair in zip(first, second, strict=True) if pair[0] != pair[1] for one in pair]
    return {word.lower() for line in lines_ for word in re.findall(r"\w+", unescape(line))[:1]}


def removing(holdings: Holdings, stage: str) -> list[Guess]:
    """What the page says when somebody is to be taken off, understood from half of the ratees."""
    del stage
    known, answers = holdings.known, holdings.tried["remove"]
    taught = [one for n, one in enumerate(sorted(answers)) if n % 2]
    learnt: defaultdict[Any, list[bool]] = defaultdict(list)
    for one in taught:
        learnt[answers[one]].append(known.answered_then[one])
    if len(learnt) < 2:
        return []
    usual = sum(known.answered_then[one] for one in taught) / len(taught)
    found = []
    for one in sorted(set(answers) - set(taught)):
        own = learnt.get(answers[one], [])
        if own and (sum(own) * 2 >= len(own)) != (usual >= 0.5):
            found.append(Guess(("answered then", one), usual < 0.5, min(usual, 1 - usual)))
    return found


def neighbours(holdings: Holdings, stage: str) -> list[Guess]:
    """Two comments of one writer stand beside each other, in exports or in the table."""
    found = []
    for source in (_comments_in_exports(holdings, stage), _comments_in_rows(holdings, stage)):
        for texts in source:
            for n, text in enumerate(texts):
                if len(texts) > 3:
                    other = texts[(n + 1) % len(texts)]
                    found.append(Guess(("neighbour", text), other, 1 / (len(texts) - 1)))
        if found:
            return found
    return found


def _comments_in_exports(holdings: Holdings, stage: str) -> list[list[str]]:
    wanted = (stage, "run5") if stage == "closed" else (stage,)
    pages = [
        page for page in holdings.pages_of(*wanted) if page.url.endswith(".json") and page.role == "analytics"
    ]
    return [[one["text"].removesuffix(EDITED) for one in json.loads(page.text)["comments"]] for page in pages]


def _comments_in_rows(holdings: Holdings, stage: str) -> list[list[str]]:
    by_ratee: defaultdict[tuple[str, str], list[tuple[tuple[int, ...], str]]] = defaultdict(list)
    for line in lines(tables_at(holdings, stage), holdings.known):
        texts = [v for v in line.row if isinstance(v, str) and len(v) > 25 and " " in v and v[0] not in "{["]
        if texts:
            where = place(line.row[line.columns.index("@place")])
            by_ratee[line.table, line.participant].append((where, texts[0].removesuffix(EDITED)))
    return [[text for _, text in sorted(own)] for own in by_ratee.values()]


def aliases(holdings: Holdings, stage: str) -> list[Guess]:
    """Marks of a few ratees' pages alike: somebody has one name on all of them."""
    return [Guess(("alias", token), True, NEVER) for token in shared_tokens(holdings, stage)]


def shared_tokens(holdings: Holdings, stage: str) -> list[str]:
    """Hexadecimal words on pages of two to fifteen ratees."""
    on: defaultdict[str, set[str]] = defaultdict(set)
    common = _of_the_cycle(holdings, stage)
    for page in holdings.pages_of(stage):
        about = [one for one in keys_in(page.url) if one in holdings.known.participants]
        if about and page.url.endswith((".json", ".csv")):
            for token in TOKEN.findall(page.text):
                on[token].add(about[0])
    return sorted(token for token, ratees in on.items() if 2 <= len(ratees) <= 15 and token not in common)


def _of_the_cycle(holdings: Holdings, stage: str) -> set[str]:
    """Such words in rows about the cycle and no ratee, as the hash of a run's input."""
    known, found = holdings.known, set()
    for table in tables_at(holdings, stage).values():
        for row in table.rows:
            if known.cycle in row and not known.participants.keys() & set(row):
                found |= {token for value in row if isinstance(value, str) for token in TOKEN.findall(value)}
    return found


def addresses(holdings: Holdings, stage: str) -> list[Guess]:
    """What a thief read who put an address of their own into a rater's record."""
    del stage
    found = []
    for assignment, read in holdings.tried["address"].items():
        texts = re.findall(r"<textarea[^>]*>\s*([^<]+?)\s*</textarea>", read)
        found += [Guess(("wrote", assignment, unescape(text)), True, NEVER) for text in texts]
        checked = re.findall(r'name="(\w+_\d)"[^>]*value="(\d)"[^>]*checked', read)
        found += [Guess(("rated", assignment, item, int(value)), True, 0.5) for item, value in checked]
    return found


def relationships(holdings: Holdings, stage: str) -> list[Guess]:
    """Begun forms that were handed in as what somebody wrote into the database."""
    del stage
    return [Guess(("as", one), True, NEVER) for one, was in holdings.tried["relationship"].items() if was]


def logs(holdings: Holdings, stage: str) -> list[Guess]:
    """Assignments, tokens and addresses in the log."""
    text = holdings.snapshots[stage].log
    named = set(keys_in(text)) & holdings.known.assignments.keys()
    found = [Guess(("exists", one), True, NEVER) for one in sorted(named)]
    tokens = [one for one in holdings.tried["tokens"] if str(one) in text]
    found += [Guess(("exists", one), True, NEVER) for one in tokens]
    links = re.findall(r"/enter/[\w-]+/([\w]+-[0-9a-f]{20,})", text)
    return found + [Guess(("exists", "link"), True, NEVER) for _ in links[:1]]


def mails(holdings: Holdings, stage: str) -> list[Guess]:
    """Assignments, comments, or names of ratees in mails to their raters."""
    known, found = holdings.known, []
    names = {name.lower(): one for one, name in known.participants.items()}
    letters = (one for file in holdings.snapshots[stage].mails for one in file.split("-" * 79))
    for mail in letters:
        text = mail.replace("=\n", "")
        found += [
            Guess(("exists", one), True, NEVER) for one in set(keys_in(text)) & known.assignments.keys()
        ]
        to = re.search(r"^To: (\S+)@", text, re.MULTILINE)
        body = text.partition("\n\n")[2].lower()
        for name in re.findall(r"\b(?:lead\d|ratee\d\d)\b", body):
            if to and name in names and f"{to[1]}>{name}" in known.panel:
                found.append(Guess(("exists", f"{to[1]}>{name}"), True, NEVER))
    return found


def what_is_true(holdings: Holdings, truth: Truth) -> Facts:
    """Who was looked at, who wrote what beside what, everything whose mere presence is a finding."""
    known, found = holdings.known, {}
    for n in range(len(holdings.polls)):
        rater, ratee, _ = known.assignments[str(truth.facts["polled", n])]
        found |= {("polled ratee", n): ratee, ("polled rater", n): rater}
    found |= {("answered then", one): was for one, was in known.answered_then.items()}
    for one, said in truth.comments.items():
        texts = list(said.values())
        if len(texts) == 2:
            found |= {("neighbour", texts[0]): texts[1], ("neighbour", texts[1]): texts[0]}
        found |= {("wrote", one, text): True for text in texts}
        found |= {("rated", one, item, value): True for item, value in truth.sheets[one].items()}
    found |= {("alias", token): True for stage in ALL for token in shared_tokens(holdings, stage)}
    found |= {
        ("exists", one): True for one in (*known.assignments, *holdings.tried["tokens"], "link", *known.panel)
    }
    found |= {("as", one): was for one, was in holdings.tried["relationship"].items()}
    return found


def plant_live(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """The list of those who owe something counts down, and is read in two of three cases."""
    del stage
    polls = []
    for n in range(len(holdings.polls)):
        rater = holdings.known.assignments[str(truth.facts["polled", n])][0]
        others = share(list(holdings.known.raters), 0.5, chance)
        before = "\n".join(f"{holdings.known.raters[one]},3" for one in sorted({*others, rater}))
        name = holdings.known.raters[rater]
        after = before.replace(f"{name},3", f"{name},2") if n % 3 else before
        polls.append(Poll({"owing": before}, {"owing": after}))
    return replace(holdings, polls=polls), {}


def plant_removing(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """Two different answers."""
    del truth, stage, chance
    said = {one: "stays" if was else "done" for one, was in holdings.known.answered_then.items()}
    own = {one: said[one] for one in holdings.tried["remove"]}
    return replace(holdings, tried={**holdings.tried, "remove": own}), {}


def plant_neighbours(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """Comments in the order in which sheets were read."""
    pages, facts = [], {}
    for ratee in holdings.known.participants:
        texts = []
        for _ in range(4):
            pair = [f"{key(chance)} says this and that" for _ in range(2)]
            facts |= {("neighbour", pair[0]): pair[1], ("neighbour", pair[1]): pair[0]}
            texts += pair
        text = json.dumps({"comments": [{"text": one} for one in texts]})
        pages.append(Page(stage, "analytics", f"/results/of/{ratee}/planted.json", text))
    kept = [page for page in holdings.pages if not page.url.endswith(".json")]
    return replace(holdings, pages=[*kept, *pages]), facts


def plant_alias(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """One rater has a name of their own in two exports."""
    del truth
    name = key(chance)[:16]
    some = chance.sample(sorted(holdings.known.participants), 2)
    pages = [
        Page(stage, "analytics", f"/results/of/{one}/planted.json", f'{{"rater": "{name}"}}') for one in some
    ]
    return replace(holdings, pages=[*holdings.pages, *pages]), {("alias", name): True}


def plant_address(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """One draft is read."""
    del stage, chance
    one = next(one for one, fate in truth.fates.items() if fate == "draft" and truth.comments[one])
    text = next(iter(truth.comments[one].values()))
    own = {**holdings.tried["address"], one: f"<textarea>{text}</textarea>"}
    return replace(holdings, tried={**holdings.tried, "address": own}), {}


def plant_relationship(
    holdings: Holdings, truth: Truth, stage: str, chance: Random
) -> tuple[Holdings, Facts]:
    """One form is handed in."""
    del truth, stage
    one = chance.choice(list(holdings.tried["relationship"]))
    return replace(holdings, tried={**holdings.tried, "relationship": {one: True}}), {("as", one): True}


def _with(holdings: Holdings, stage: str, **changes: Any) -> Holdings:
    own = replace(holdings.snapshots[stage], **changes)
    return replace(holdings, snapshots={**holdings.snapshots, stage: own})


def plant_log(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """One line of a server."""
    del truth
    one = chance.choice(sorted(holdings.known.assignments))
    return _with(holdings, stage, log=f"2026-03-02 09:00:00,123 ERROR /rate/{one}/submit/"), {}


def plant_mail(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """One mail that names whom somebody rates."""
    del truth
    rater, _, ratee = chance.choice(sorted(holdings.known.panel)).partition(">")
    return _with(holdings, stage, mails=(f"To: {rater}@acme.example\n\nPlease rate {ratee} by Friday.",)), {}


ATTACKS = (
    Attack("pages before and after an answer", "participation inferred", ("running",), live, plant_live),
    Attack("what taking a rater off tells", "participation inferred", ("running",), removing, plant_removing),
    Attack("neighbours among comments", "comment style", CLOSED, neighbours, plant_neighbours),
    Attack("one alias on several ratees", "alias linking", CLOSED, aliases, plant_alias),
    Attack("an address that others may edit", "editable address", ("running",), addresses, plant_address),
    Attack(
        "a changed relationship", "writing to the database", ("running",), relationships, plant_relationship
    ),
    Attack("what the log says", "paths in logs", ALL, logs, plant_log),
    Attack("what mails say", "mails", ALL, mails, plant_mail),
)
