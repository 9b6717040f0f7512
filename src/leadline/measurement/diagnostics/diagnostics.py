"""What a fit says about raters, categories and the design, as tables with remarks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from leadline.evidence import Frame, frame, rows, write_csv
from leadline.measurement.diagnostics.category_fit import category_fit, category_mass, mass_shape
from leadline.measurement.diagnostics.links import links_of
from leadline.measurement.diagnostics.rater_effects import Effect, RaterPart, rater_effects
from leadline.measurement.diagnostics.rater_sums import (
    RaterSums,
    added_up,
    expected_of,
    in_blocks,
    nodes_of,
    rater_sums,
    rows_of,
)
from leadline.measurement.kernels.arrays import Floats, add_up
from leadline.measurement.kernels.threads import in_order
from leadline.measurement.values.calibration import Calibration
from leadline.measurement.values.columns import read_columns, typed
from leadline.measurement.values.facet import FacetMeasures, Thresholds
from leadline.measurement.values.notice import Notice
from leadline.measurement.values.ratings import Ratings

FILES = ("rater_effects", "categories", "links")

TEXT = (
    "rater",
    "effect",
    "finding",
    "partner",
    "item",
    "note",
    "facet",
    "element",
    "through",
    "advice_rater",
    "advice_ratee",
)

_LINK_COLUMNS = (
    "facet",
    "element",
    "n_met",
    "n_shared",
    "comparison_se",
    "raw_mean",
    "fair_mean",
    "finding",
    "beyond",
    "through",
    "advice_rater",
    "advice_ratee",
)

_REVERSED = 0.1
_PAIRS = 500_000


@dataclass(frozen=True, eq=False)
class Diagnostics:
    """What to look at before using a fit.

    Attributes
    ----------
    rater_effects : polars.DataFrame
        A row for each rater and effect tested: ``rater, effect, statistic, se, z, p, q, flagged, finding,
        partner``.
    categories : polars.DataFrame
        A row for each category of each scale: ``item, category, count, share, average_measure,
        expected_measure, infit_mnsq, outfit_mnsq, threshold, se, note``.
    links : polars.DataFrame
        A row for each rater and ratee: ``facet, element, n_met, n_shared, comparison_se, raw_mean,
        fair_mean, finding, beyond, through, advice_rater, advice_ratee``.
    remarks : tuple of Notice
    """

    rater_effects: Frame
    categories: Frame
    links: Frame
    remarks: tuple[Notice, ...]

    def save(self, folder: Path) -> None:
        """Write each table as CSV."""
        for name in FILES:
            write_csv(getattr(self, name), folder / f"{name}.csv")

    @classmethod
    def load(cls, folder: Path) -> Diagnostics | None:
        """Read what `save` wrote, without remarks; None where it is not there."""
        if not all((folder / f"{name}.csv").is_file() for name in FILES):
            return None
        effects, categories, links = (
            frame(typed(read_columns(folder / f"{name}.csv"), TEXT)) for name in FILES
        )
        return cls(effects, categories, links, ())


def diagnosed(
    ratings: Ratings,
    calibration: Calibration,
    facets: Mapping[str, FacetMeasures],
    thresholds: Thresholds,
    *,
    widened: bool,
) -> Diagnostics:
    """Tests and tables of a fit.

    Parameters
    ----------
    ratings : Ratings
    calibration : Calibration
    facets : mapping of facet to FacetMeasures
    thresholds : Thresholds
    widened : bool
        Whether standard errors of raters count halo already.

    Returns
    -------
    Diagnostics
    """
    nodes = nodes_of(calibration)
    items = expected_of(calibration, nodes) if "rater" in facets else None

    def summed(block: tuple[Ratings, Calibration]) -> tuple[Floats, RaterSums | None]:
        placed = rows_of(*block)
        sums = rater_sums(*block, placed, items) if items is not None else None
        return category_mass(*block, placed, nodes), sums

    mass = np.zeros(mass_shape(calibration, nodes))

    def by_rater() -> Iterator[RaterSums]:
        for of_categories, of_raters in in_order(summed, in_blocks(ratings, calibration)):
            np.add(mass, of_categories, out=mass)
            if of_raters is not None:
                yield of_raters

    sums = added_up(by_rater())
    categories = _categories(calibration, thresholds, mass, nodes)
    if sums is None:
        return Diagnostics(_effects((), ()), categories, _links(None, facets), ())
    raters, ratees = facets["rater"], facets["ratee"]
    effects = rater_effects([RaterPart(sums, raters.elements, ratees.elements, raters, widened)])
    links = _links(sums, facets)
    return Diagnostics(
        _effects(effects, raters.elements), categories, links, _remarks(effects, links, facets)
    )


def of_dimensions(each: Mapping[str, Diagnostics]) -> Diagnostics:
    """Diagnostics of several dimensions as one, a first column ``dimension`` telling them apart.

    Parameters
    ----------
    each : mapping of dimension to Diagnostics

    Returns
    -------
    Diagnostics
        Each remark once.
    """
    tables = []
    for name in FILES:
        parts = []
        for dimension, one in each.items():
            table = getattr(one, name)
            label = frame({"dimension": [dimension] * table.height}).get_column("dimension")
            parts.append(table.clone().insert_column(0, label))
        filled = [part for part in parts if part.height] or parts[:1]
        whole = filled[0]
        for part in filled[1:]:
            whole = whole.vstack(part)
        tables.append(whole)
    remarks = {(one.code, str(one.fields)): one for found in each.values() for one in found.remarks}
    return Diagnostics(tables[0], tables[1], tables[2], tuple(remarks.values()))


def _effects(effects: Sequence[Effect], raters: Sequence[str]) -> Frame:
    names = np.array([*raters, ""], dtype=object)
    columns: dict[str, list[Any]] = {"rater": [], "effect": []}
    for effect in effects:
        columns["rater"] += names[effect.rater].tolist()
        columns["effect"] += [effect.name] * len(effect.rater)
    for name in ("statistic", "se", "z", "p", "q", "flagged", "finding"):
        columns[name] = [value for effect in effects for value in list(getattr(effect, name))]
    columns["partner"] = [name for effect in effects for name in names[effect.partner].tolist()]
    return frame(columns)


def _categories(calibration: Calibration, thresholds: Thresholds, mass: Floats, nodes: Floats) -> Frame:
    found = category_fit(calibration, thresholds, mass, nodes)
    return frame(
        {
            "item": thresholds.item,
            "category": thresholds.category,
            "count": thresholds.count,
            **{name: getattr(found, name) for name in found._fields if name != "note"},
            "threshold": thresholds.threshold,
            "se": thresholds.se,
            "note": found.note,
        }
    )


def _links(sums: RaterSums | None, facets: Mapping[str, FacetMeasures]) -> Frame:
    """Raters, then ratees, whose raw and fair averages stand side by side."""
    if sums is None:
        return frame({name: [] for name in _LINK_COLUMNS})
    raters, ratees = facets["rater"], facets["ratee"]
    n, size = len(raters.elements), len(ratees.elements)
    found = links_of(sums, size, n)
    reach = add_up(sums.rater, n)
    shared = add_up(sums.ratee, size, (reach[sums.rater] > 1).astype(float)).astype(np.int64)
    of_rater = np.array([*raters.elements, ""], dtype=object)
    of_ratee = np.array([*ratees.elements, ""], dtype=object)
    none = [""] * size
    columns = (
        ["rater"] * n + ["ratee"] * size,
        [*raters.elements, *ratees.elements],
        np.concatenate([found.n_ratees, add_up(sums.ratee, size).astype(np.int64)]),
        np.concatenate([found.n_shared, shared]),
        np.concatenate([found.comparison_se, np.full(size, np.nan)]),
        np.concatenate([raters.raw_mean, ratees.raw_mean]),
        np.concatenate([raters.fair_mean, ratees.fair_mean]),
        [*found.finding, *none],
        np.concatenate([found.beyond, np.zeros(size, np.int64)]),
        [*of_ratee[found.through].tolist(), *none],
        [*of_rater[found.advice_rater].tolist(), *none],
        [*of_ratee[found.advice_ratee].tolist(), *none],
    )
    return frame(dict(zip(_LINK_COLUMNS, columns, strict=True)))


def _remarks(
    effects: Sequence[Effect], links: Frame, facets: Mapping[str, FacetMeasures]
) -> tuple[Notice, ...]:
    """Where the tables ask for something to be done."""
    found: list[tuple[str, dict[str, object]]] = []
    n_raters = len(facets["rater"].elements)
    flagged = {int(n) for effect in effects for n in effect.rater[effect.flagged]}
    if flagged:
        found.append(("flagged_raters", {"n": len(flagged), "total": n_raters}))
    weak = [one for one in rows(links.filter(links.get_column("finding") != "")) if one["advice_rater"]]
    if weak:
        one = max(weak, key=lambda row: row["beyond"])
        fields = {"n": int((links.get_column("finding") != "").sum()), "total": n_raters}
        names = {"rater": one["element"], "partner": one["advice_rater"], "ratee": one["advice_ratee"]}
        found.append(("weak_links", {**fields, **names}))
    reversed_ = reversals(facets["ratee"].raw_mean, facets["ratee"].fair_mean)
    if reversed_ > _REVERSED:
        found.append(("reordered", {"percent": round(100 * reversed_)}))
    return tuple(Notice(f"measurement.notice.{code}", fields) for code, fields in found)


def reversals(raw: Floats, fair: Floats) -> float:
    """Share of pairs that two averages put in opposite order.

    Parameters
    ----------
    raw, fair : array, shape (P,)

    Returns
    -------
    float
        From all pairs, or 500,000 drawn with a fixed seed where there are more; 0 where there is none.

    Examples
    --------
    >>> reversals(np.array([1.0, 2.0, 3.0]), np.array([2.0, 1.0, 3.0]))
    0.3333333333333333
    """
    known = np.flatnonzero(np.isfinite(raw) & np.isfinite(fair))
    n = len(known)
    if n * (n - 1) // 2 <= _PAIRS:
        a, b = np.triu_indices(n, 1)
    else:
        a, b = np.random.default_rng(0).integers(0, n, (2, _PAIRS))
    turned = (raw[known[a]] - raw[known[b]]) * (fair[known[a]] - fair[known[b]]) < 0
    return float(turned.mean()) if len(turned) else 0.0
