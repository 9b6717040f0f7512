"""The parts of a fit: measures of a facet, thresholds, variance components, agreement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadline.measurement.kernels.arrays import Flags, Floats


def sign_of(facet: str) -> float:
    """Whether an element adds to a location, as ratees do, or is taken from it."""
    return 1.0 if facet == "ratee" else -1.0


@dataclass(frozen=True, eq=False, kw_only=True)
class FacetMeasures:
    """Measures of the elements of one facet. E elements.

    Attributes
    ----------
    facet : str
    elements : tuple of str, E
    measure, se : array, shape (E,), logits
        Location and its standard error with everything else held fixed. Severity and difficulty
        are positive when harsher or harder.
    n : array of int, shape (E,)
        Ratings of the element.
    raw_mean, fair_mean : array, shape (E,), rating units
        Average rating; and the rating to expect if everything else were average.
    infit_mnsq, infit_z, outfit_mnsq, outfit_z : array, shape (E,)
        Mean squares expected at 1 and their normal deviates; NaN where ``extreme``.
    point_measure : array, shape (E,)
        Correlation of the element's ratings with the location of the rest.
    extreme : bool array, shape (E,)
        Only lowest or only highest ratings: no finite estimate, so the score was moved 0.3 points.
    subset : array of int, shape (E,)
        Number of the connected subset the element belongs to, from 1; 0 where it was set aside.
    separation, strata, reliability : float
        From model standard errors and the sample standard deviation, extreme elements left out.
    reliability_real : float
        The same with every standard error widened by its misfit (infit above 1).
    """

    facet: str
    elements: tuple[str, ...]
    measure: Floats
    se: Floats
    n: NDArray[np.int64]
    raw_mean: Floats
    fair_mean: Floats
    infit_mnsq: Floats
    infit_z: Floats
    outfit_mnsq: Floats
    outfit_z: Floats
    point_measure: Floats
    extreme: Flags
    subset: NDArray[np.int64]
    separation: float
    strata: float
    reliability: float
    reliability_real: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Thresholds:
    """Steps between adjacent categories, relative to the item's difficulty. T rows.

    Attributes
    ----------
    item : tuple of str, T
        ``*`` where all items share them.
    category : array of int, shape (T,)
        The upper category of the step; the lowest category has no step.
    threshold, se : array, shape (T,), logits
        NaN for the lowest category and for one that nobody used.
    count : array of float, shape (T,)
        Ratings in the category (their weights added up).
    """

    item: tuple[str, ...]
    category: NDArray[np.int64]
    threshold: Floats
    se: Floats
    count: Floats


@dataclass(frozen=True, eq=False, kw_only=True)
class ItemParameters:
    """What a model with slopes says of items beyond their difficulty. I items.

    Attributes
    ----------
    items : tuple of str, I
    slope, slope_se : array, shape (I,)
        How steeply the chance of a higher category rises; NaN where the answers do not tell.
    guess, guess_se : array, shape (I,)
        Chance of a right answer by those who know nothing (3pl), else NaN.
    """

    items: tuple[str, ...]
    slope: Floats
    slope_se: Floats
    guess: Floats
    guess_se: Floats


class Component(NamedTuple):
    """Variance of a facet's true measures: observed variance less mean squared error."""

    component: str
    variance: float
    sd: float
    se: float


class Agreement(NamedTuple):
    """How often two raters give the same ratee the same rating on an item, and how often expected."""

    opportunities: float
    exact: float
    expected: float
