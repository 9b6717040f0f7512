"""Leadline: the call an analyst makes, on a table in memory; standard errors and fit included."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from benchmarks.engine.designs import Design
from benchmarks.engine.files import code
from benchmarks.engine.peers.adapter import Estimates, Floats, NotOfferedError

import leadline
from leadline.errors import UsageError
from leadline.evidence.frames import Frame
from leadline.measurement import FacetFit, FacetMeasures

PACKAGE = "leadline"

IN_MEMORY = 10_000_000
"""Ratings above which the table stays on disk and reading it is part of the fit."""


class Prepared(NamedTuple):
    table: Frame | Path
    design: Design
    method: str


class Fitted(NamedTuple):
    found: FacetFit
    design: Design


def prepare(folder: Path, design: Design, method: str) -> Prepared:
    path = folder / "ratings.parquet"
    table = leadline.read_table(path) if design.n_ratings <= IN_MEMORY else path
    return Prepared(table, design, method)


def fit(data: Prepared) -> Fitted:
    return Fitted(found_in(data.table, data.design, data.method), data.design)


def found_in(table: Frame | Path, design: Design, method: str) -> FacetFit:
    """The fit of a data set, with the model that made it."""
    if design.n_factors > 1:
        raise NotOfferedError("fit has one factor")
    try:
        model = "partial-credit" if design.step_sd else "rating-scale"
        found: FacetFit = leadline.fit(table, model=model, method=method)
    except UsageError as refused:
        raise NotOfferedError(str(refused)) from refused
    return found


def ratee_facet(design: Design, factor: int) -> str:
    """Name of the facet that holds the ratees' measures on a factor."""
    return "ratee" if design.n_factors == 1 else f"ratee:f{factor}"


def read(fitted: Fitted) -> Estimates:
    found, design = fitted
    ratee, rater = found.facets["ratee"], found.facets["rater"]
    spread = {part.component: part.sd for part in found.variance}
    return Estimates(
        theta=by_code(ratee, ratee.measure, design.n_ratees),
        theta_se=by_code(ratee, ratee.se, design.n_ratees),
        severity=by_code(rater, rater.measure, design.n_raters),
        halo_sd=spread.get("halo"),
        converged=found.converged,
        engine_seconds=found.seconds,
    )


def by_code(facet: FacetMeasures, values: Floats, n: int) -> Floats:
    """Values in the order of the simulator's codes; NaN for whoever has no ratings."""
    ordered = np.full(n, np.nan)
    ordered[[code(name) for name in facet.elements]] = values
    return ordered
