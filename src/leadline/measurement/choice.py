"""Which models there are, and which way of fitting suits a model and a design."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from leadline.errors import UsageError
from leadline.measurement.kernels.connectivity import comparable
from leadline.measurement.kernels.extremes import extreme_elements
from leadline.measurement.ratings import Ratings

MODELS = (
    "rating-scale",
    "partial-credit",
    "generalized-partial-credit",
    "graded",
    "1pl",
    "2pl",
    "3pl",
)
RASCH = ("rating-scale", "partial-credit")
"""Models whose slopes are all 1: the joint method has them, and anchors hold in them."""

CROSSED = RASCH
"""Models for raters and ratees that cross, and for further facets beside them."""

EXAM = ("1pl", "2pl", "3pl")
"""Models of right and wrong answers."""

PEOPLE = ("ratee", "rater")
"""Facets whose locations the marginal method takes as random."""

Way = Literal["joint", "answers", "one grouping facet", "crossed"]

_LARGEST_TABLE = 50_000_000
"""Cells of a table of people by items up to which it is laid out whole (8 bytes each)."""


def way(ratings: Ratings, model: str, method: str, anchors: Mapping[str, object]) -> Way:
    """How a model is fitted to these ratings.

    Parameters
    ----------
    ratings : Ratings
    model, method : str
    anchors : mapping of facet

    Returns
    -------
    {"joint", "answers", "one grouping facet", "crossed"}
        Marginal fits take adaptive quadrature for people who answer items, and where ratees alone or
        raters alone are random beside fixed facets; Gaussian variational EM where both are.

    Raises
    ------
    UsageError
        There is no such combination; the message says what there is.
    """
    if method == "joint":
        _require(model in RASCH, "not_joint", model, RASCH)
        return "joint"
    _require(not anchors or model in RASCH, "not_anchored", model, RASCH)
    several = [facet for facet in ratings.facets if len(ratings.elements[facet]) > 1]
    if set(PEOPLE) <= set(several):
        _require(model not in EXAM, "has_no_raters", model, CROSSED)
        _require(model in CROSSED, "not_crossed", model, CROSSED)
        return "crossed"
    equal = bool((ratings.weight == ratings.weight[0]).all()) and ratings.weight[0] == 1.0
    further = [facet for facet in several if facet not in ("ratee", "item")]
    if not further and equal and not anchors and "ratee" in several:
        size = len(ratings.elements["ratee"]) * len(ratings.elements["item"])
        return "answers" if size <= _LARGEST_TABLE or model not in CROSSED else "crossed"
    beside = ", ".join((*further, *(() if equal else ("weight",)))) or "item"
    _require(model not in EXAM, "knows_no_facets", model, CROSSED, facets=beside)
    if model in ("rating-scale", "graded") and not anchors and several and _is_plain(ratings, several):
        return "one grouping facet"
    _require(model in CROSSED, "knows_no_facets", model, CROSSED, facets=beside)
    return "crossed"


def _require(there: bool, code: str, model: str, allowed: tuple[str, ...], **fields: str) -> None:
    if not there:
        raise UsageError(f"measurement.model_{code}", model=model, allowed=", ".join(allowed), **fields)


def _is_plain(ratings: Ratings, several: list[str]) -> bool:
    """Whether fixed effects are finite and can be told apart."""
    low, high = int(ratings.rating.min()), int(ratings.rating.max())
    fixed = [facet for facet in several if facet not in PEOPLE]
    for facet in fixed:
        top = ratings.rating * 0 + (high - low)
        size = len(ratings.elements[facet])
        if extreme_elements(ratings.index[facet], size, ratings.rating - low, top).any():
            return False
    design = comparable([ratings.index[f] for f in several], [len(ratings.elements[f]) for f in several])
    return all(n == 1 for n in design.n_groups)
