"""Leadline: from coded ratings to all figures, standard errors and fit statistics included.

What precedes it, reading a Parquet file, coding its text and refusing what is wrong, is its ``prepare``;
`benchmarks.engine.command` times the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
from benchmarks.engine.designs import Design
from benchmarks.engine.files import code
from benchmarks.engine.peers.adapter import Estimates, Floats, NotOfferedError

import leadline
from leadline.errors import UsageError
from leadline.evidence import read_blocks
from leadline.evidence.frames import Frame, frame
from leadline.measurement import DimensionalFit, FacetFit, FacetMeasures, fit_dimensions
from leadline.measurement.fits.fit import fit_ratings
from leadline.measurement.values.ratings import Ratings, ratings_from_table

PACKAGE = "leadline"


class Prepared(NamedTuple):
    ratings: Ratings
    design: Design
    method: str


class Fitted(NamedTuple):
    found: FacetFit
    design: Design


def prepare(folder: Path, design: Design, method: str) -> Prepared:
    columns = {facet: facet for facet in ("ratee", "rater", "item")}
    ratings = ratings_from_table(read_blocks(folder / "ratings.parquet"), columns, "rating")
    return Prepared(ratings, design, method)


def fit(data: Prepared) -> Fitted:
    with refusals_told(data.design):
        found = fit_ratings(data.ratings, model=model_of(data.design), method=data.method)
    return Fitted(found, data.design)


def found_in(table: Frame, design: Design, method: str) -> FacetFit | DimensionalFit:
    """The fit of a table, with the model that made it; several factors together."""
    model = model_of(design)
    if design.n_factors == 1:
        with refusals_told(design):
            return fitted_one(table, model, method)
    if method != "marginal":
        raise NotOfferedError("several factors are fitted by the marginal method")
    at = [code(item) * design.n_factors // design.n_items for item in table.get_column("item")]
    factor = frame({"factor": [f"f{one}" for one in at]}).get_column("factor")
    return fit_dimensions(table.with_columns(factor), dimension="factor", model=model)


def fitted_one(table: Frame, model: str, method: str) -> FacetFit:
    found: FacetFit = leadline.fit(table, model=model, method=method)
    return found


def model_of(design: Design) -> str:
    return "partial-credit" if design.step_sd else "rating-scale"


@contextmanager
def refusals_told(design: Design) -> Iterator[None]:
    """What the engine refuses is told as not offered."""
    if design.n_factors > 1:
        raise NotOfferedError("fit has one factor")
    try:
        yield
    except UsageError as refused:
        raise NotOfferedError(str(refused)) from refused


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
