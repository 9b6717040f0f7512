"""Attacks with guesses: a hash without a key in the database says which guess was right."""

from __future__ import annotations

import hashlib
import json
import re
from itertools import product
from random import Random
from typing import Any

from tests.attack.attack import ALL, Attack, key, share, with_table
from tests.attack.chance import Guess
from tests.attack.holdings import Facts, Holdings, Tables, Truth
from tests.attack.reading import lines, tables_at
from tests.attack.rows import guesses


def digests(value: Any) -> set[str]:
    """How a program might have hashed it, without a key: the first 48 bits of each."""
    texts = {
        json.dumps(value, sort_keys=True, ensure_ascii=plain, separators=separators)
        for plain in (False, True)
        for separators in (None, (",", ":"))
    } | ({value} if isinstance(value, str) else set())
    return {
        hashlib.new(name, text.encode()).hexdigest()[:12]
        for text in texts
        for name in ("sha256", "sha1", "md5", "blake2b", "sha512")
    }


def _hashes(tables: Tables) -> set[str]:
    """Everything in any value that looks like a hash, by its first 48 bits."""
    found: set[str] = set()
    for table in tables.values():
        for row in table.rows:
            for value in row:
                if isinstance(value, str):
                    found |= {one[:12] for one in re.findall(r"(?<![0-9a-f])[0-9a-f]{12,}", value)}
    return found


def confirmed(holdings: Holdings, stage: str) -> list[Guess]:
    """Four sheets somebody may have written: the hash of one of them is in the database."""
    there, found = _hashes(tables_at(holdings, stage)), []
    for assignment, sheets in holdings.known.suspected.items():
        fits = [n for n, one in enumerate(sheets) if _forms(one) & there]
        if len(fits) == 1:
            found.append(Guess(("suspected", assignment), fits[0], 1 / len(sheets)))
    return found


def _forms(sheet: tuple[dict[str, Any], dict[str, str]]) -> set[str]:
    answers, comments = sheet
    both = {"answers": answers, "comments": comments}
    return digests(answers) | digests([answers, comments]) | digests(both)


def unkeyed_names(holdings: Holdings, stage: str) -> list[Guess]:
    """Rows that hold a plain hash of ratee and rater."""
    known, named = holdings.known, {}
    made: dict[str, str] = {}
    for assignment, (rater, ratee, _) in known.assignments.items():
        for about, who in product(
            (ratee, _dashed(ratee)), (rater, _dashed(rater), assignment, _dashed(assignment))
        ):
            made |= dict.fromkeys(digests(f"{about}:{who}") | digests(who), assignment)
    for line in lines(tables_at(holdings, stage), known):
        fits = {made[t] for _, v in line.atoms if isinstance(v, str) and (t := v[:12]) in made}
        if len(fits) == 1:
            named[line] = fits.pop()
    return guesses(holdings, stage, named)


def _dashed(one: str) -> str:
    return f"{one[:8]}-{one[8:12]}-{one[12:16]}-{one[16:20]}-{one[20:]}"


def plant_hashes(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """A short plain hash beside half of the sheets."""
    del chance
    some = list(holdings.known.suspected)[::2]
    marks = [
        json.dumps([truth.sheets[one], truth.comments[one]], sort_keys=True, ensure_ascii=False)
        for one in some
    ]
    rows = [(n, hashlib.sha256(text.encode()).hexdigest()[:12]) for n, text in enumerate(marks)]
    return with_table(holdings, stage, ("@place", "mark"), rows), {}


def plant_names(holdings: Holdings, truth: Truth, stage: str, chance: Random) -> tuple[Holdings, Facts]:
    """Rows named by a plain hash of ratee and rater, one in three."""
    known, rows, facts = holdings.known, [], {}
    for one in share(known.submitted(stage), 0.35, chance):
        rater, ratee, _ = known.assignments[one]
        own = key(chance)
        rows.append(
            (len(rows), own, ratee, hashlib.sha256(f"{_dashed(ratee)}:{rater}".encode()).hexdigest()[:16])
        )
        facts["row", stage, own] = one
    return with_table(holdings, stage, ("@place", "id", "participant_id", "person"), rows), facts


ATTACKS = (
    Attack("plain hashes of guessed sheets", "identifiers", ALL, confirmed, plant_hashes),
    Attack("plain hashes of names", "identifiers", ALL, unkeyed_names, plant_names),
)
