"""How right ratees are who are measured anew, beside a fit of everything and two ways not chosen.

    python -m benchmarks.engine.anew
    python -m benchmarks.engine.anew --runs 10

In every made-up cycle six ratees lose three of their raters after the first scoring and get two others who
are known, and a newcomer. They are then measured

* ``anew``: as `measure_anew` does, severities with what everybody else told of them as prior;
* ``whole``: by `measure` from all evidence as it is then;
* ``point``: severities held at their first estimates, as if they had no error;
* ``twice``: severities with all that the first scoring told of them as prior, the ratee's own first ratings
  included.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from benchmarks.cycles import EFFECTS, FRAMEWORK, Cycle, Row, evidence_of, made_cycle, name_of, sheet
from numpy.typing import NDArray

from leadline.frameworks import Framework
from leadline.measurement import Measures, measure
from leadline.measurement.factors.held import Held, Others
from leadline.measurement.later.measure_anew import measure_anew

RESULTS = Path(__file__).parent / "results" / "anew.csv"
DESIGNS = {"single": (40, 200, 5), "thin": (40, 50, 5), "rich": (60, 24, 8)}
"""Ratees, raters in all, raters of each: a rater rates 1, 4 or 20 people."""
RUNS = {"single": 100, "thin": 100, "rich": 30}
CHANGED, LOST = 6, 3
NOMINAL = 1.96

Floats = NDArray[np.float64]
_OTHERS = Held.others


class Summary(NamedTuple):
    """One way over all runs; ``coverage_se`` is by run. Errors in logits, of ratings' dimensions."""

    design: str
    way: str
    runs: int
    n: int
    coverage: float
    coverage_se: float
    z_sd: float
    rmse: float
    mean_se: float


def small() -> Framework:
    """The main framework with one competency of each factor and no other evidence than ratings."""
    chosen = {}
    for competency in FRAMEWORK.competencies:
        if len(FRAMEWORK.items_of(competency.id)) > 1:
            chosen.setdefault(competency.factor, competency)
    items = tuple(item for one in chosen.values() for item in FRAMEWORK.items_of(one.id))
    return replace(FRAMEWORK, competencies=tuple(chosen.values()), items=items, exam=(), outcomes=())


def point(held: Held, ratee: str, index: NDArray[np.int64]) -> Others:
    found = _OTHERS(held, ratee, index)
    return found._replace(mean=held.location[index], precision=np.eye(len(index)) * 1e10)


def twice(held: Held, ratee: str, index: NDArray[np.int64]) -> Others:
    return _OTHERS(held, "nobody", index)


WAYS: dict[str, Callable[[Held, str, NDArray[np.int64]], Others]] = {
    "anew": _OTHERS,
    "point": point,
    "twice": twice,
}


class Later(NamedTuple):
    """Ratings after the change, who changed, and severities by rater."""

    ratings: list[Row]
    changed: list[int]
    severity: dict[str, float]


def changed(cycle: Cycle, framework: Framework, draw: np.random.Generator) -> Later:
    n = len(cycle.truth.theta)
    severity = {f"rater{r:03d}": float(x) for r, x in enumerate(cycle.truth.severity)}
    known, ratings = list(severity), list(cycle.ratings)
    chosen = draw.choice(n, CHANGED, replace=False).tolist()
    for p in chosen:
        group = {row["rater"]: row["relationship"] for row in ratings if row["ratee"] == name_of(p)}
        own = sorted(set(group) - {name_of(p)})
        gone = draw.choice(own, LOST, replace=False).tolist()
        ratings = [row for row in ratings if row["ratee"] != name_of(p) or row["rater"] not in gone]
        others = [rater for rater in known if rater not in own]
        newcomer = f"newcomer{p}"
        severity[newcomer] = float(draw.normal(0, 0.6))
        for rater, place in zip(
            [*draw.choice(others, LOST - 1, replace=False).tolist(), newcomer], gone, strict=True
        ):
            off = severity[rater] + EFFECTS[group[place]] + float(draw.normal(0, 0.5))
            ratings += sheet(framework, cycle.truth, (p, rater, group[place]), off, draw)
    return Later(ratings, chosen, severity)


def compared(
    found: Measures, cycle: Cycle, later: Later, ratings: list[Row], framework: Framework
) -> Iterator[tuple[float, float]]:
    """Error and standard error of every dimension of those who changed.

    The truth is shifted to where the scale has its zero: mean raters, relationships and items.
    """
    raters = {row["rater"] for row in ratings if row["rater"] != row["ratee"]}
    groups = {row["relationship"] for row in ratings} - {"self"}
    level = np.mean([later.severity[one] for one in raters]) + np.mean([EFFECTS[one] for one in groups])
    for f, one in enumerate(found.dimensions):
        items = np.mean([cycle.truth.difficulty[item.id] for item in framework.items_of(one.factor)])
        for p in later.changed:
            wanted = cycle.truth.theta[p, f] - level - items
            yield float(one.theta[p] - wanted), float(one.theta_se[p])


def run(design: str, seed: int, framework: Framework) -> dict[str, Floats]:
    """Errors and standard errors by way, each of shape (n, 2)."""
    cycle = made_cycle(*DESIGNS[design], seed=seed, exam=False, framework=framework)
    later = changed(cycle, framework, np.random.default_rng([seed, 1]))
    first = measure(evidence_of(cycle.ratings, framework=framework), framework, keep=True)
    evidence = evidence_of(later.ratings, framework=framework)
    found = {}
    for way, others in WAYS.items():
        Held.others = others  # type: ignore[method-assign]
        anew = measure_anew(first, evidence, framework, [name_of(p) for p in later.changed])
        found[way] = np.array(list(compared(anew, cycle, later, cycle.ratings, framework)))
    whole = measure(evidence, framework)
    found["whole"] = np.array(list(compared(whole, cycle, later, later.ratings, framework)))
    return found


def summary(design: str, way: str, runs: list[Floats]) -> Summary:
    z = np.array([one[:, 0] / one[:, 1] for one in runs])
    covered = (np.abs(z) < NOMINAL).mean(axis=1)
    every = np.concatenate(runs)
    return Summary(
        design=design,
        way=way,
        runs=len(runs),
        n=z.size,
        coverage=round(float(covered.mean()), 4),
        coverage_se=round(float(covered.std(ddof=1) / np.sqrt(len(runs))), 4),
        z_sd=round(float(z.std()), 4),
        rmse=round(float(np.sqrt((every[:, 0] ** 2).mean())), 4),
        mean_se=round(float(every[:, 1].mean()), 4),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int)
    parser.add_argument("--designs", nargs="+", default=list(DESIGNS))
    given = parser.parse_args()
    framework = small()
    lines = []
    for design in given.designs:
        found = [run(design, seed, framework) for seed in range(given.runs or RUNS[design])]
        lines += [summary(design, way, [one[way] for one in found]) for way in (*WAYS, "whole")]
        for line in lines[-len(WAYS) - 1 :]:
            print(line, flush=True)
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([Summary._fields, *lines])


if __name__ == "__main__":
    main()
