"""The models by name: how their categories are counted and their free parameters laid out.

| model                        | slopes  | intercepts                        | population         |
|------------------------------|---------|-----------------------------------|--------------------|
| 1pl                          | equal   | one an item                       | N(0, variance)     |
| 2pl, 3pl                     | free    | one an item (3pl: and an asymptote) | N(0, 1)          |
| rating-scale                 | equal   | difficulty + shared thresholds    | N(0, variance)     |
| partial-credit               | equal   | one a category and item           | N(0, variance)     |
| generalized-partial-credit   | free    | one a category and item           | N(0, 1)            |
| graded                       | free    | one a boundary and item           | N(0, 1)            |

Equal slopes are one free slope on a standard normal location: the population's standard deviation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadline.measurement.quadrature.cells import Codes, Floats
from leadline.measurement.quadrature.families import adjacent, cumulative
from leadline.measurement.quadrature.families.family import ADJACENT, CUMULATIVE, GUESSING, Family
from leadline.measurement.quadrature.parameters import Free, Parameters, Tied
from leadline.measurement.quadrature.prior import STRENGTH, Prior


@dataclass(frozen=True)
class Model:
    """What a model's name stands for.

    Attributes
    ----------
    family : Family
    equal_slopes, shared_thresholds, dichotomous : bool
    least_items : int
        Fewer leave the parameters undetermined.
    """

    family: Family
    equal_slopes: bool
    shared_thresholds: bool = False
    dichotomous: bool = False
    least_items: int = 2


MODELS: Mapping[str, Model] = MappingProxyType(
    {
        "1pl": Model(ADJACENT, equal_slopes=True, dichotomous=True),
        "2pl": Model(ADJACENT, equal_slopes=False, dichotomous=True, least_items=3),
        "3pl": Model(GUESSING, equal_slopes=False, dichotomous=True, least_items=3),
        "rating-scale": Model(ADJACENT, equal_slopes=True, shared_thresholds=True),
        "partial-credit": Model(ADJACENT, equal_slopes=True),
        "generalized-partial-credit": Model(ADJACENT, equal_slopes=False, least_items=3),
        "graded": Model(CUMULATIVE, equal_slopes=False, least_items=3),
    }
)


@dataclass(frozen=True, eq=False)
class Categories:
    """Categories as counted inside: from 0, without those that nobody used where the model drops them.

    Attributes
    ----------
    inner : array of int, shape (I, K)
        Category counted inside, -1 where nobody used it.
    n : array, shape (I, M + 1)
        Answers in each inner category, their weights added up.
    used : bool array, shape (I, M + 1)
        Inner categories with answers; with shared thresholds, to any item.
    """

    inner: Codes
    n: Floats
    used: NDArray[np.bool_]


def categories(model: Model, n: Floats) -> Categories:
    """Number categories as a model needs them.

    With shared thresholds a category keeps its number. Adjacent logits count from the item's lowest used
    category and keep gaps, because a category's number is its score; cumulative logits close them.

    Parameters
    ----------
    model : Model
    n : array, shape (I, K)
        Answers in each category.

    Returns
    -------
    Categories

    Examples
    --------
    >>> categories(MODELS["partial-credit"], np.array([[0.0, 5.0, 0.0, 2.0]])).inner
    array([[-1,  0, -1,  2]], dtype=int16)
    >>> categories(MODELS["graded"], np.array([[0.0, 5.0, 0.0, 2.0]])).inner
    array([[-1,  0, -1,  1]], dtype=int16)
    """
    used = n > 0
    if model.shared_thresholds:
        used = np.broadcast_to(used.any(axis=0), n.shape)
    if model.family is CUMULATIVE:
        inner = np.cumsum(used, axis=1) - 1
    else:
        inner = np.arange(n.shape[1]) - used.argmax(axis=1)[:, None]
    size = int(inner[used].max()) + 1
    found, there = np.zeros((len(n), size)), np.zeros((len(n), size), dtype=np.bool_)
    rows = np.nonzero(used)[0]
    found[rows, inner[used]] = n[used]
    there[rows, inner[used]] = True
    return Categories(np.where(used, inner, -1).astype(np.int16), found, there)


@dataclass(frozen=True, eq=False)
class Layout:
    """A model's parameters over given items.

    Attributes
    ----------
    parameters : Parameters
    start : array, shape (p,)
    prior : Prior or None
    """

    parameters: Parameters
    start: Floats
    prior: Prior | None = None


class RaschStart(NamedTuple):
    """A model with equal slopes of adjacent logits on the same answers: a place to start from.

    Attributes
    ----------
    slope : float
    intercept : array, shape (M, I)
    """

    slope: float
    intercept: Floats


def layout(model: Model, n: Floats, guess: Floats, rasch_start: RaschStart | None = None) -> Layout:
    """Lay out a model's parameters, with a place to start from.

    Parameters
    ----------
    model : Model
    n : array, shape (I, M + 1)
        Answers in each inner category.
    guess : array, shape (I,)
        Mode of the lower asymptote's prior; used by 3pl.
    rasch_start : RaschStart, optional
        Needed where slopes are free.

    Returns
    -------
    Layout
    """
    if model.shared_thresholds:
        return _shared(n)
    if model.equal_slopes or rasch_start is None:
        return _equal(model, n)
    if model.family is GUESSING:
        return _guessing(n, guess, rasch_start)
    there, start, never = start_intercepts(model.family, n)
    slope = rasch_start.slope
    if model.family is CUMULATIVE:
        # A cumulative logit rises about as fast as all adjacent ones of the scale together.
        slope *= 0.5 * n.shape[1]
        start = start * _widened(slope)
    else:
        start = rasch_start.intercept
    used = np.concatenate([np.ones((1, len(n)), dtype=np.bool_), there])
    base = np.where(there, 0.0, never)
    return Layout(Free(used, base), np.concatenate([np.full(len(n), slope), start[there]]))


def _widened(slope: float) -> float:
    """How much flatter a logistic curve gets when locations are averaged out (Zeger et al., 1988)."""
    return float(np.sqrt(1.0 + 0.346 * slope * slope))


def _equal(model: Model, n: Floats) -> Layout:
    there, start, never = start_intercepts(model.family, n)
    count = int(there.sum())
    design = np.zeros((*there.shape, 1 + count))
    design[there, 1 + np.arange(count)] = 1.0
    slope = np.zeros((len(n), 1 + count))
    slope[:, 0] = 1.0
    tied = Tied(slope, design, np.where(there, 0.0, never))
    return Layout(tied, np.concatenate([[first_slope(n)], start[there]]))


def first_slope(n: Floats) -> float:
    """A slope to start from, by the number of categories.

    With many categories a unit slope would spread scores over more logits than people differ by.

    Examples
    --------
    >>> first_slope(np.ones((3, 5)))
    0.4
    """
    return 2.0 / float(n.shape[1])


class StartIntercepts(NamedTuple):
    """Intercepts to start from. I items, M predictors.

    Attributes
    ----------
    there : bool array, shape (M, I)
        Those that are estimated.
    start : array, shape (M, I)
    never : float
        Value of the others.
    """

    there: NDArray[np.bool_]
    start: Floats
    never: float


def start_intercepts(family: Family, n: Floats) -> StartIntercepts:
    """Intercepts to start from: logits of category counts as the family counts them.

    Parameters
    ----------
    family : Family
        Of adjacent or of cumulative logits.
    n : array, shape (I, M + 1)
        Answers in each inner category.

    Returns
    -------
    Heights

    Examples
    --------
    >>> start_intercepts(CUMULATIVE, np.array([[5.0, 5.0, 0.0]])).there
    array([[ True],
           [False]])
    """
    there = (n[:, 1:] > 0).T
    if family is CUMULATIVE:
        reached = np.cumsum(n[:, ::-1], axis=1)[:, ::-1][:, 1:]
        start = np.log(reached + 0.25) - np.log(n.sum(axis=1, keepdims=True) - reached + 0.25)
        return StartIntercepts(there, start.T, cumulative.NEVER)
    start = np.log(n[:, 1:] + 0.5) - np.log(n[:, :1] + 0.5)
    return StartIntercepts(there, start.T, adjacent.NEVER)


def _shared(n: Floats) -> Layout:
    """Difficulty of each item, and thresholds of all: c_im = -m difficulty_i - T_m, T_M = 0."""
    count, most = len(n), n.shape[1] - 1
    pooled = n.sum(axis=0)
    numbers = np.arange(1.0, most + 1)
    inside = np.flatnonzero(pooled[1:-1] > 0)
    logits = np.log(pooled[1:] + 0.5) - np.log(pooled[0] + 0.5)
    centre = -logits[-1] / most
    level = (n @ np.arange(most + 1.0) + 0.5) / ((n.sum(axis=1) + 1.0) * most)
    mean = (pooled @ np.arange(most + 1.0)) / (pooled.sum() * most)
    difficulty = centre - (np.log(level / (1.0 - level)) - np.log(mean / (1.0 - mean))) * first_slope(n)
    size = 1 + count + len(inside)
    slope = np.zeros((count, size))
    slope[:, 0] = 1.0
    intercept = np.zeros((most, count, size))
    intercept[:, np.arange(count), 1 + np.arange(count)] = -numbers[:, None]
    intercept[inside, :, 1 + count + np.arange(len(inside))] = -1.0
    base = np.zeros((most, count))
    base[np.flatnonzero(pooled[1:] == 0)] = adjacent.NEVER
    start = np.concatenate([[first_slope(n)], difficulty, (-logits - numbers * centre)[inside]])
    return Layout(Tied(slope, intercept, base), start)


def _guessing(n: Floats, guess: Floats, rasch_start: RaschStart) -> Layout:
    count = len(n)
    share = (n[:, 1] + 0.5) / (n.sum(axis=1) + 1.0)
    known = np.clip((share - guess) / (1.0 - guess), 0.05, 0.95)
    place = (np.log(known) - np.log1p(-known)) * _widened(rasch_start.slope)
    start = np.concatenate([np.full(count, rasch_start.slope), place, np.log(guess) - np.log1p(-guess)])
    free = Free(np.ones((3, count), dtype=np.bool_), np.zeros((2, count)))
    return Layout(free, start, Prior(2 * count + np.arange(count), guess, STRENGTH))
