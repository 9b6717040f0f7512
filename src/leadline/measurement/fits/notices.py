"""What a fit has to say about itself before its figures are used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from leadline.measurement.diagnostics.facet_tables import listed_categories
from leadline.measurement.values.calibration import Calibration
from leadline.measurement.values.facet import FacetMeasures
from leadline.measurement.values.models import PEOPLE
from leadline.measurement.values.notice import Notice
from leadline.measurement.values.ratings import Ratings

THIN = 10
"""Ratings per ratee below which joint estimates spread visibly too far."""


def comparable_ratees(ratings: Ratings, calibration: Calibration) -> tuple[tuple[str, ...], ...]:
    """Sets of ratees that can be compared with one another, largest first.

    Parameters
    ----------
    ratings : Ratings
    calibration : Calibration

    Returns
    -------
    tuple of tuple of str
        Ratees without a finite estimate of their own are in none.
    """
    number = calibration.facets.index("ratee")
    group = calibration.design.groups[number]
    names = np.array(ratings.elements["ratee"], dtype=object)
    sets = [tuple(names[group == g].tolist()) for g in range(calibration.design.n_groups[number])]
    return tuple(sorted(sets, key=lambda one: (-len(one), one)))


def notices(
    ratings: Ratings,
    calibration: Calibration,
    facets: Mapping[str, FacetMeasures],
    anchors: Mapping[str, object],
    *,
    random: bool,
    told: Sequence[Notice] = (),
) -> list[Notice]:
    """What the reader should know before using the figures.

    Parameters
    ----------
    ratings : Ratings
    calibration : Calibration
    facets : mapping of facet to FacetMeasures
    anchors : mapping of facet
    random : bool
        Ratees and raters have a prior: the marginal method.
    told : sequence of Notice
        What the engine said itself.

    Returns
    -------
    list of Notice
    """
    found: list[tuple[str, dict[str, object]]] = []
    items_told = any(notice.code.endswith("extreme_items") for notice in told)
    groups = dict(zip(calibration.facets, calibration.design.n_groups, strict=True))
    if groups["ratee"] > 1:
        found.append(("subsets_random" if random else "subsets", {"n": groups["ratee"]}))
    elif apart := [facet for facet, n in groups.items() if n > 1]:
        found.append(("confounded", {"facets": ", ".join(apart)}))
    if not calibration.bounded:
        found.append(("no_maximum", {}))
    elif not calibration.converged:
        found.append(("not_converged", {"n": calibration.iterations}))
    for facet, measures in facets.items():
        if measures.extreme.any() and not (facet == "item" and items_told):
            names = [
                e for e, is_extreme in zip(measures.elements, measures.extreme, strict=True) if is_extreme
            ]
            listed = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
            code = "extreme" if not random else "extreme_random" if facet in PEOPLE else "extreme_fixed"
            found.append((code, {"facet": facet, "n": len(names), "elements": listed}))
        if len(measures.elements) > 1 and not np.isfinite(measures.se).any():
            found.append(("one_rating_each", {"facet": facet}))
        if len(measures.elements) == 1 and facet not in anchors:
            found.append(("one_element", {"facet": facet}))
    unused = sorted(set(listed_categories(calibration.labels).tolist()) - set(calibration.labels.tolist()))
    if unused:
        found.append(("unused_categories", {"categories": ", ".join(map(str, unused))}))
    each = ratings.n / len(ratings.elements["ratee"])
    if each < THIN and not random:
        found.append(("thin", {"n": round(each, 1)}))
    return [*(Notice(f"measurement.notice.{code}", fields) for code, fields in found), *told]
