"""Everything measured about a group of people: values on 0-100 with their errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline.frameworks import Framework
from leadline.measurement.factor_map import Curve
from leadline.measurement.fitted import FacetFit
from leadline.measurement.notice import Notice

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False, kw_only=True)
class Dimension:
    """One factor seen through one kind of evidence. P ratees.

    Attributes
    ----------
    factor : str
    kind : {"ratings", "exam", "outcomes"}
    value, se : array, shape (P,), 0-100
        NaN where the ratee has no such evidence.
    theta, theta_se : array, shape (P,), logits
        NaN for outcomes, which are not measured in logits.
    n, n_raters, n_items : array of int, shape (P,)
        Ratings, answers or results; distinct raters; distinct items.
    weight : float
        Declared share of the kind in the factor.
    curve : Curve or None
        Map from logits to 0-100; None for outcomes.
    """

    factor: str
    kind: str
    value: Floats
    se: Floats
    theta: Floats
    theta_se: Floats
    n: Counts
    n_raters: Counts
    n_items: Counts
    weight: float
    curve: Curve | None


@dataclass(frozen=True, eq=False, kw_only=True)
class CompetencyMeasure:
    """A competency of every ratee, with raters and items held at the factor's calibration.

    Attributes
    ----------
    id : str
    value, se : array, shape (P,), 0-100
        NaN where nobody rated it.
    n_raters, n_items : array of int, shape (P,)
        Distinct raters other than the ratee; distinct items rated.
    self_value : array, shape (P,), 0-100
        The ratee's own ratings on the same scale; NaN where there are none.
    """

    id: str
    value: Floats
    se: Floats
    n_raters: Counts
    n_items: Counts
    self_value: Floats


@dataclass(frozen=True, kw_only=True)
class QualityNote:
    """A rater, an item or a ratee to look at, with the reason.

    Attributes
    ----------
    kind : {"rater", "item", "ratee"}
    element : str
        Id; raters are named, so a report replaces them by pseudonyms.
    reason : str
        ``severe``, ``lenient``, ``erratic``, ``too_predictable``, ``straight_lining``, ``halo``,
        ``reciprocal``, ``misfitting``, ``sparse``, ...
    value : float
        The statistic that gave rise to it.
    fields : mapping
        Values named in the text.
    """

    kind: str
    element: str
    reason: str
    value: float
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, kw_only=True)
class Measures:
    """Measures of P ratees on F factors, in one cycle.

    Attributes
    ----------
    framework : Framework
    cycle : str or None
        None where the evidence names no cycle.
    ratees : tuple of str, P
    names : mapping of ratee to str
        Names to show; the id where none is known.
    factors : tuple of str, F
    dimensions : tuple of Dimension
        One for each factor and kind for which there is evidence.
    competencies : tuple of CompetencyMeasure
    factor_value, factor_se : array, shape (P, F), 0-100
        Kinds weighted as declared; NaN where a ratee has no evidence of the factor.
    factor_partial : bool array, shape (P, F)
        A kind of evidence that others have is missing.
    n_raters, n_items : array of int, shape (P,)
        Distinct raters other than the ratee; distinct items, questions and results.
    by_relationship : mapping of relationship to array of int, shape (P,)
        Distinct raters.
    team : tuple of str or None, P
    fits : mapping of factor to FacetFit
    quality : tuple of QualityNote
    notices : tuple of Notice
    previous : Measures or None
        The cycle before, on the same scale.
    engine_version, input_hash : str
    seed : int
    """

    framework: Framework
    cycle: str | None
    ratees: tuple[str, ...]
    names: Mapping[str, str]
    factors: tuple[str, ...]
    dimensions: tuple[Dimension, ...]
    competencies: tuple[CompetencyMeasure, ...]
    factor_value: Floats
    factor_se: Floats
    factor_partial: NDArray[np.bool_]
    n_raters: Counts
    n_items: Counts
    by_relationship: Mapping[str, Counts]
    team: tuple[str | None, ...]
    fits: Mapping[str, FacetFit]
    quality: tuple[QualityNote, ...]
    notices: tuple[Notice, ...]
    previous: Measures | None
    engine_version: str
    input_hash: str
    seed: int
