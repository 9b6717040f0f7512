"""Which models there are, and which way of fitting suits a model and a design."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from scipy.sparse import csr_array, hstack

from leadline.errors import UsageError
from leadline.measurement.kernels.extremes import extreme_elements
from leadline.measurement.values.models import CROSSED, EXAM, PEOPLE, RASCH
from leadline.measurement.values.ratings import Ratings

Estimator = Literal["joint", "answers", "one grouping facet", "crossed"]

_LARGEST_TABLE = 50_000_000
"""Cells of a table of people by items up to which it is laid out whole (8 bytes each)."""

_MOST_RATINGS = 1_000_000
"""Ratings up to which a mixed model is fitted by quadrature: its cells are single ratings."""


def estimator_for(ratings: Ratings, model: str, method: str, anchors: Mapping[str, object]) -> Estimator:
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
        if model not in RASCH:
            raise _refused("not_joint", model, RASCH)
        return "joint"
    if anchors and model not in RASCH:
        raise _refused("not_anchored", model, RASCH)
    several = [facet for facet in ratings.facets if len(ratings.elements[facet]) > 1]
    if set(PEOPLE) <= set(several):
        if model in EXAM:
            raise _refused("has_no_raters", model, CROSSED)
        return "crossed"
    further = [facet for facet in several if facet not in ("ratee", "item")]
    further += [] if bool((ratings.weight == 1.0).all()) else ["weight"]
    if not further and not anchors and "ratee" in several:
        size = len(ratings.elements["ratee"]) * len(ratings.elements["item"])
        return "answers" if size <= _LARGEST_TABLE or model not in RASCH else "crossed"
    small = ratings.n <= _MOST_RATINGS and not anchors
    if model in ("rating-scale", "graded") and small and _is_plain(ratings, several):
        return "one grouping facet"
    if model not in CROSSED:
        raise _refused("knows_no_facets", model, CROSSED, facets=", ".join(further) or "item")
    return "crossed"


def _refused(code: str, model: str, allowed: tuple[str, ...], **fields: str) -> UsageError:
    return UsageError(f"measurement.model_{code}", model=model, allowed=", ".join(allowed), **fields)


def _is_plain(ratings: Ratings, several: list[str]) -> bool:
    """Whether somebody is random, and fixed effects are finite and can be told apart."""
    if not set(several) & set(PEOPLE):
        return False
    low, high = int(ratings.rating.min()), int(ratings.rating.max())
    fixed = [facet for facet in several if facet not in PEOPLE]
    for facet in fixed:
        top = ratings.rating * 0 + (high - low)
        size = len(ratings.elements[facet])
        if extreme_elements(ratings.index[facet], size, ratings.rating - low, top).any():
            return False
    parts = [
        csr_array((np.ones(ratings.n), ratings.index[facet], np.arange(ratings.n + 1))) for facet in fixed
    ]
    effects = hstack([csr_array(np.ones((ratings.n, 1))), *parts])
    rank = np.linalg.matrix_rank((effects.T @ effects).toarray(), hermitian=True)
    return int(rank) == 1 + sum(len(ratings.elements[facet]) - 1 for facet in fixed)
