"""Rules of the people and groups tables."""

from __future__ import annotations

import numpy as np
import polars as pl

from leadline.evidence.checks.common import Codes, Columns, check_repeated
from leadline.evidence.findings import Findings
from leadline.evidence.rules import Rules


def check(columns: Columns, _rules: Rules, findings: Findings) -> dict[str, pl.Series]:
    """Note every fault; returns the columns."""
    check_repeated(columns, Codes(columns), findings)
    if "manager" in columns:
        _check_managers(columns["person"], columns["manager"], findings)
    return dict(columns)


def _check_managers(person: pl.Series, manager: pl.Series, findings: Findings) -> None:
    """No one is their own manager, at any remove; each loop is named in every row of it."""
    pairs = zip(person.to_list(), manager.to_list(), strict=True)
    manager_of = {who: above for who, above in pairs if who is not None and above is not None}
    loops = _loops(manager_of)
    at = [
        index
        for index, who in enumerate(person.to_list())
        if who in loops and manager[index] == manager_of[who]
    ]
    findings.of_rows(
        "evidence.manager_loop",
        "manager",
        np.array(at, dtype=np.int64),
        manager,
        lambda index, _value: {"loop": loops[person[index]]},
    )


def _loops(manager_of: dict[str, str]) -> dict[str, str]:
    """The loop each person of a loop is on, as text; walks every chain once."""
    loops: dict[str, str] = {}
    walked: set[str] = set()
    for start in manager_of:
        path: dict[str, None] = {}
        who: str | None = start
        while who is not None and who not in walked and who not in path:
            path[who] = None
            who = manager_of.get(who)
        if who in path:
            chain = list(path)
            ring = chain[chain.index(who) :]
            loops.update(dict.fromkeys(ring, " → ".join((*ring, ring[0]))))
        walked.update(path)
    return loops
