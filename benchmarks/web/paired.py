"""Two checkouts beside each other: scoring, closing, sealing, saving; how many times as long the newer takes.

python -m benchmarks.web.paired OLD NEW                 all of it, into results/web_paired.csv
python -m benchmarks.web.paired OLD NEW --cases score --pairs 3

Each side is a process of its own; they take turns, so that whatever else the machine does meets both alike.
Ratios are of the pairs, by processor time of the process and by the clock.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from benchmarks.__main__ import RESULTS, show, write
from scipy.stats import binom

SIDE = Path(__file__).with_name("paired_side.py")
BARS = {
    "scored again, nothing changed": 1.15,
    "scored again, 20 ratees changed": 1.15,
    "closed and sealed": 1.3,
    "autosave, p95": 1.2,
}
Times = list[dict[str, float]]


class Side:
    """A checkout at work."""

    def __init__(self, checkout: Path, case: str, size: int) -> None:
        paths = os.pathsep.join((str(checkout / "src"), str(checkout)))
        command = [sys.executable, "-P", str(SIDE), case, str(size)]
        self.process = subprocess.Popen(
            command,
            cwd=checkout,
            env={**os.environ, "PYTHONPATH": paths},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def answer(self) -> Any:
        """The next one."""
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())

    def ask(self, command: str) -> Any:
        """Do something."""
        assert self.process.stdin
        print(command, file=self.process.stdin, flush=True)
        return self.answer()

    def end(self) -> None:
        """No more commands."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def interval(ratios: Sequence[float]) -> tuple[float, float]:
    """Of the median, by order statistics: 95 % from six pairs on, least and most of fewer."""
    ordered = sorted(ratios)
    out = max(0, int(binom.ppf(0.025, len(ordered), 0.5)) - 1) if len(ordered) > 5 else 0
    return ordered[out], ordered[-1 - out]


def row(what: str, clock: str, old: Sequence[float], new: Sequence[float]) -> dict[str, Any]:
    """Both sides, and the median of their ratios with its interval."""
    ratios = [after / before for before, after in zip(old, new, strict=True)]
    low, high = interval(ratios)
    return line(what, clock, len(ratios), (median(old), median(new)), (median(ratios), low, high))


def line(
    what: str, unit: str, n: int, sides: tuple[float, float], ratio: tuple[float, float, float]
) -> dict[str, Any]:
    """A line of the results."""
    bar = BARS.get(what)
    return {
        "what": what,
        "unit": unit,
        "pairs": n,
        **{name: float(f"{value:.4g}") for name, value in zip(("old", "new"), sides, strict=True)},
        **{name: round(value, 3) for name, value in zip(("ratio", "low", "high"), ratio, strict=True)},
        "bar": "" if bar is None else f"{'met' if ratio[0] <= bar else 'missed'}: {bar:g}",
        "load": round(os.getloadavg()[0], 1),
    }


def both(what: str, old: Times, new: Times) -> list[dict[str, Any]]:
    """A line a clock."""
    return [
        row(what, f"{clock} s", [one[clock] for one in old], [one[clock] for one in new])
        for clock in ("processor", "wall")
    ]


def scores(old: Side, new: Side, pairs: int) -> list[dict[str, Any]]:
    """500 ratees: for the first time, then again and again with everything seen."""
    firsts: list[Times] = [[], []]
    for side in (old, new):  # loads and compiles
        side.ask("first")
    for _ in range(max(1, pairs // 5)):
        for side, times in zip((old, new), firsts, strict=True):
            times.append(side.ask("first"))
    found = both("scored first", *firsts)
    memory = [side.ask("peak")["megabytes"] for side in (old, new)]
    found.append(row("most memory, scored first", "MB", *([one] for one in memory)))
    again: list[Times] = [[], [], []]
    for side in (old, new):
        side.ask("seen")
    for _ in range(pairs):
        again[0].append(old.ask("again"))
        again[1].append(new.ask("again"))
        new.ask("change")
        again[2].append(new.ask("again"))
        new.ask("change")
    found += both("scored again, nothing changed", again[0], again[1])
    found += both("scored again, 20 ratees changed", again[0], again[2])
    memory = [side.ask("peak")["megabytes"] for side in (old, new)]
    found.append(row("most memory, all of it", "MB", *([one] for one in memory)))
    return found


def acts(old: Side, new: Side, pairs: int) -> list[dict[str, Any]]:
    """Closing and sealing, one by one and together."""
    times: dict[str, list[Times]] = {name: [[], []] for name in ("close", "seal")}
    for _ in range(max(1, pairs // 5)):
        for name, sides in times.items():
            for side, own in zip((old, new), sides, strict=True):
                own.append(side.ask(name))
    whole = [
        [
            {clock: one[clock] + other[clock] for clock in one}
            for one, other in zip(closed, sealed, strict=True)
        ]
        for closed, sealed in zip(*times.values(), strict=True)
    ]
    return (
        both("closed", *times["close"]) + both("sealed", *times["seal"]) + both("closed and sealed", *whole)
    )


def autosaves(old: Side, new: Side, pairs: int) -> list[dict[str, Any]]:
    """Fifty a turn: the ratio of the 95th percentiles, its interval by resampling."""
    times: list[Times] = [[], []]
    for side in (old, new):
        side.ask("autosave")
    for _ in range(max(1, 4 * pairs // 3)):
        for side, own in zip((old, new), times, strict=True):
            own.extend(side.ask("autosave"))
    chance, found = np.random.default_rng(1), []
    for clock in ("processor", "wall"):
        sides = [np.array([one[clock] for one in own]) * 1000 for own in times]
        p95 = [float(np.quantile(side, 0.95)) for side in sides]
        drawn = [np.quantile(chance.choice(side, (2000, len(side))), 0.95, axis=1) for side in sides]
        low, high = np.quantile(drawn[1] / drawn[0], (0.025, 0.975))
        ratio = (p95[1] / p95[0], float(low), float(high))
        found.append(line("autosave, p95", f"{clock} ms", len(times[0]), (p95[0], p95[1]), ratio))
    return found


Case = Callable[[Side, Side, int], list[dict[str, Any]]]
CASES: dict[str, Case] = {"score": scores, "autosave": autosaves, "acts": acts}


def main() -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.web.paired", description=__doc__)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--pairs", type=int, default=15, help="of scoring again; a fifth as many of closing")
    parser.add_argument("--ratees", type=int, default=10_000, help="of the cycle that is closed")
    parser.add_argument("--write", type=Path, default=RESULTS / "web_paired.csv")
    chosen = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for case in chosen.cases:
        old, new = (Side(one.resolve(), case, chosen.ratees) for one in (chosen.old, chosen.new))
        try:
            for side in (old, new):
                side.answer()  # both are built at the same time
            rows += CASES[case](old, new, chosen.pairs)
        finally:
            for side in (old, new):
                side.end()
        write(rows, chosen.write)
    print(show(rows))


if __name__ == "__main__":
    main()
