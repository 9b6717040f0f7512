"""Answers checked, counted and packed, with what cannot be estimated set aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leadline.errors import MeasurementError, ShapeError
from leadline.measurement.quadrature import checks
from leadline.measurement.quadrature.cells import MISSING, Codes, Floats
from leadline.measurement.quadrature.families.family import ADJACENT
from leadline.measurement.quadrature.models import Categories, Model, categories
from leadline.measurement.quadrature.patterns import Packed, by_pattern, by_score


@dataclass(frozen=True, eq=False, kw_only=True)
class Answers:
    """Answers checked and counted. U units, I items, K categories.

    Attributes
    ----------
    code : array of int, shape (U, I)
        Category from 0, -1 where missing.
    lowest, n_categories : int
        Number of the first category; how many there are.
    weight : array, shape (U,)
    n : array, shape (I, K)
        Answers in each category, their weights added up.
    units, items : tuple of str
    """

    code: Codes
    lowest: int
    n_categories: int
    weight: Floats
    n: Floats
    units: tuple[str, ...]
    items: tuple[str, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class Kept:
    """What takes part in the estimation. H items kept.

    Attributes
    ----------
    items : array of int, shape (H,)
    extreme : bool array, shape (I,)
        Set aside because all answers are alike.
    scale : Categories
        Of the items kept.
    packed : Packed
    scores : Packed
        The same answers by score, as if slopes were equal.
    answered : bool array, shape (U,)
        Units with an answer to an item that is kept.
    """

    items: NDArray[np.int64]
    extreme: NDArray[np.bool_]
    scale: Categories
    packed: Packed
    scores: Packed
    answered: NDArray[np.bool_]


def checked(
    answers: ArrayLike,
    model: Model,
    items: Sequence[str] | None,
    units: Sequence[str] | None,
    unit_weights: ArrayLike | None,
) -> Answers:
    """Answers as categories, with names and weights.

    Parameters
    ----------
    answers : array, shape (U, I)
    model : Model
    items, units : sequence of str, optional
    unit_weights : array, shape (U,), optional

    Returns
    -------
    Answers

    Raises
    ------
    ShapeError, MeasurementError
    """
    table = np.asarray(answers, dtype=np.float64)
    if table.ndim != 2:
        raise ShapeError("measurement.quadrature.not_a_table", shape=str(table.shape))
    code, lowest, count = checks.codes(table)
    if model.dichotomous and (lowest, count) != (0, 2):
        raise MeasurementError("measurement.quadrature.not_dichotomous", low=lowest, high=lowest + count - 1)
    weight = checks.weights(unit_weights, len(table), "unit_weights")
    n = np.stack([weight @ (code == k) for k in range(count)], axis=1)
    return Answers(
        code=code,
        lowest=lowest,
        n_categories=count,
        weight=weight,
        n=n,
        units=checks.labels(units, len(table), "units"),
        items=checks.labels(items, table.shape[1], "items"),
    )


def kept(answers: Answers, model: Model) -> Kept:
    """What takes part in the estimation, packed.

    Parameters
    ----------
    answers : Answers
    model : Model

    Returns
    -------
    Kept

    Raises
    ------
    MeasurementError
        Too few items whose answers differ.
    """
    asked = answers.n.sum(axis=1) > 0
    varied = _varied(answers.n, model)
    items = np.flatnonzero(varied)
    if len(items) < model.least_items:
        raise MeasurementError("measurement.quadrature.too_few_items", n=len(items), least=model.least_items)
    scale = categories(model, answers.n[items])
    inner = np.take_along_axis(scale.inner, np.maximum(answers.code[:, items], 0).T.astype(np.intp), axis=1).T
    inner = np.where(answers.code[:, items] == MISSING, MISSING, inner).astype(np.int16)
    answered = (inner != MISSING).any(axis=1)
    there, weight, size = inner[answered], answers.weight[answered], scale.n.shape[1] - 1
    scores = by_score(there, weight, size)
    # Scores are sufficient where slopes are equal and categories count by adjacent logits.
    sufficient = model.equal_slopes and model.family is ADJACENT
    return Kept(
        items=items,
        extreme=asked & ~varied,
        scale=scale,
        packed=scores if sufficient else by_pattern(there, weight, size),
        scores=scores,
        answered=answered,
    )


def _varied(n: Floats, model: Model) -> NDArray[np.bool_]:
    """Items whose answers differ; with shared thresholds: that are not all at one end of the scale."""
    varied = n.sum(axis=1) > 0
    if not model.shared_thresholds:
        return np.asarray((n > 0).sum(axis=1) > 1)
    while varied.any():
        used = np.flatnonzero(n[varied].sum(axis=0))
        inside = n.sum(axis=1) > np.maximum(n[:, used[0]], n[:, used[-1]])
        # Setting an item aside can leave a scale's end unused, and another item at the new end.
        if (still := varied & inside).sum() == varied.sum():
            break
        varied = still
    return np.asarray(varied)
