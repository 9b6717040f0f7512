"""The parts of measures: dimensions, competencies, and notes on quality."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline.errors import Language, words
from leadline.measurement.kernels.arrays import Floats
from leadline.measurement.values.factor_map import Curve

Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False, kw_only=True)
class Dimension:
    """One factor seen through one kind of evidence. P ratees.

    Attributes
    ----------
    factor : str
    kind : {"ratings", "exam", "outcomes"}
    value, se : array, shape (P,), 0-100
        Mean and standard deviation of what is known, all evidence about the ratee used; NaN where there
        is none of this kind.
    theta, theta_se : array, shape (P,), logits
        NaN for outcomes, which are not measured in logits.
    n, n_raters, n_items : array of int, shape (P,)
        Ratings, answers or results; distinct raters; distinct items.
    weight : float
        Declared share of the kind in the factor.
    curve : Curve
        Map from logits to 0-100, or from units of 20 points of attainment.
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
    curve: Curve


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

    def describe(self, language: Language = "en") -> str:
        """The reason in a language."""
        return words(f"measurement.quality.{self.reason}", language, **self.fields)
