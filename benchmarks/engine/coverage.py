"""How often Leadline is as right as it says, over many data sets whose truth is known.

    python -m benchmarks.engine.coverage
    python -m benchmarks.engine.coverage --designs T T+halo --methods marginal --seeds 20

Intervals: the share of ratees whose nominal 90 % interval covers the truth. Pairs: of those given
P(A > B) near .8, the share whose better one is better in truth; from joint posterior draws, or from
the errors as if independent where a method has no posterior.
"""

from __future__ import annotations

import argparse
import csv
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean, stdev
from typing import NamedTuple

import numpy as np
from benchmarks.engine.accuracy import accuracy
from benchmarks.engine.designs import OPTIONS, Design, design
from benchmarks.engine.files import code, table
from benchmarks.engine.peers.adapter import NotOfferedError
from benchmarks.engine.peers.leadline_fit import found_in, ratee_facet
from benchmarks.engine.simulate import simulate
from benchmarks.engine.table import columns
from numpy.typing import NDArray
from scipy.special import ndtr

from leadline.measurement import DimensionalFit, FacetFit

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]

RESULTS = Path(__file__).parent / "results" / "coverage.csv"
DESIGNS = [
    design(f"{size}{option}") for size in ("T", "S", "M") for option in ("", "+halo", "+missing", "+factors")
]
SEEDS = {"T": 200, "S": 200, "M": 5}
PAIRS = 20_000
"""Pairs looked at in one data set: all of them would say little more."""
DRAWS = 1_000
NEAR = 0.05
"""Half the width of the class of pairs given .8."""


class Trial(NamedTuple):
    """One factor of one data set. ``given`` and ``right`` are of pairs, the better one first."""

    coverage: float
    theta_rmse: float
    sd_ratio: float
    halo_sd: float
    given: Floats
    right: Flags


class Summary(NamedTuple):
    """A design and method over all data sets; ``coverage_se`` is by data set. NaN: not known."""

    data: str
    method: str
    outcome: str
    seeds: int = 0
    coverage: float = math.nan
    coverage_se: float = math.nan
    pairs_given: float = math.nan
    pairs_right: float = math.nan
    pairs: int = 0
    theta_rmse: float = math.nan
    sd_ratio: float = math.nan
    halo_sd: float = math.nan


def trials(chosen: Design, method: str, seed: int) -> Iterator[Trial]:
    """Fit one data set; a trial for each factor."""
    ratings, true = simulate(chosen, seed)
    found = found_in(table(ratings), chosen, method)
    spread = {part.component: part.sd for part in found.variance}
    draw = np.random.default_rng(seed)
    for factor in range(chosen.n_factors):
        name = ratee_facet(chosen, factor)
        facet = found.facets[name]
        truth = true.theta[[code(element) for element in facet.elements], factor]
        near = accuracy(facet.measure, truth, facet.se, same_unit=True)
        a, b = draw.integers(len(truth), size=(2, PAIRS))
        a, b = a[a != b], b[a != b]
        probability = better(found, name, a, b)
        yield Trial(
            coverage=near.coverage,
            theta_rmse=near.theta_rmse,
            sd_ratio=near.sd_ratio,
            halo_sd=spread.get("halo", math.nan),
            given=np.maximum(probability, 1 - probability),
            right=(truth[a] > truth[b]) == (probability > 0.5),
        )


def better(found: FacetFit | DimensionalFit, name: str, a: Codes, b: Codes) -> Floats:
    """P(A > B) of pairs of elements of a facet."""
    if isinstance(found, FacetFit) and found.method == "joint":
        measure, se = found.facets[name].measure, found.facets[name].se
        return np.asarray(ndtr((measure[a] - measure[b]) / np.hypot(se[a], se[b])))
    drawn = found.draws(DRAWS)[name]
    return sum((one[a] > one[b] for one in drawn), np.zeros(len(a))) / DRAWS


def summary(chosen: Design, method: str, seeds: int) -> Summary:
    """Figures of a design and method over ``seeds`` data sets."""
    found: list[Trial] = []
    for seed in range(1, seeds + 1):
        try:
            found += trials(chosen, method, seed)
        except NotOfferedError as reason:
            return Summary(chosen.name, method, f"not offered: {reason}")
        if sys.stderr.isatty():
            print(f"\r{chosen.name} {method} {seed}/{seeds}", end="", file=sys.stderr)
    given, right = (np.concatenate(part) for part in zip(*((t.given, t.right) for t in found), strict=True))
    near = np.abs(given - 0.8) < NEAR
    covered = [trial.coverage for trial in found]
    return Summary(
        chosen.name,
        method,
        "ok",
        seeds,
        coverage=fmean(covered),
        coverage_se=stdev(covered) / math.sqrt(len(covered)) if len(covered) > 1 else math.nan,
        pairs_given=float(given[near].mean()),
        pairs_right=float(right[near].mean()),
        pairs=int(near.sum()),
        theta_rmse=fmean(trial.theta_rmse for trial in found),
        sd_ratio=fmean(trial.sd_ratio for trial in found),
        halo_sd=fmean(trial.halo_sd for trial in found),
    )


def write_csv(rows: list[Summary], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Summary._fields)
        writer.writerows([shown(value) for value in row] for row in rows)


def shown(value: object) -> object:
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.4f}"
    return value


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.engine.coverage", description=__doc__.splitlines()[0]
    )
    options = f"SIZE[+{'|+'.join(OPTIONS)}]"
    parser.add_argument("--designs", nargs="+", type=design, default=DESIGNS, metavar="DESIGN", help=options)
    parser.add_argument("--methods", nargs="+", default=["marginal", "joint"], metavar="NAME")
    parser.add_argument("--seeds", type=int, help="data sets a design; by default 200 of T and S, 5 of M")
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    rows: list[Summary] = []
    for chosen in given.designs:
        seeds = given.seeds or SEEDS.get(chosen.name.split("+")[0], 1)
        for method in given.methods:
            rows.append(summary(chosen, method, seeds))
            write_csv(rows, given.out)
    print(columns([Summary._fields, *([str(shown(value)) for value in row] for row in rows)]))


if __name__ == "__main__":
    main()
