"""Items of a dimension where a calibration put them: all that a rating needs to tell of a location."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from leadline.frameworks import Framework, Item
from leadline.measurement.kernels.arrays import Codes, Floats
from leadline.measurement.values.calibration import Calibration, rung_labels
from leadline.measurement.values.factor_map import Curve, share_curve


@dataclass(frozen=True, eq=False, kw_only=True)
class ItemScale:
    """I items that share the thresholds of K categories.

    Attributes
    ----------
    items : tuple of str
    difficulty : array, shape (I,), logits
        NaN where nothing is known.
    thresholds : array, shape (K-1,), logits
    labels : array of int, shape (L,)
        Ratings that occurred.
    ladder : array of int, shape (L,)
        Rung of each.
    rungs : array, shape (K,)
        Rating that each rung stands for; NaN above the highest.
    """

    items: tuple[str, ...]
    difficulty: Floats
    thresholds: Floats
    labels: Codes
    ladder: Codes
    rungs: Floats

    @cached_property
    def steps(self) -> Floats:
        """Steps of every item, shape (I, K-1), logits; ``inf`` where unknown."""
        steps = self.difficulty[:, None] + self.thresholds
        return np.where(np.isfinite(steps), steps, np.inf)

    def steps_of(self, names: Sequence[str], item: Codes) -> Floats:
        """Steps of some ratings' items, given by their place among names, shape (N, K-1), logits."""
        where = {name: n for n, name in enumerate(self.items)}
        every = np.vstack([self.steps, np.full(len(self.thresholds), np.inf)])
        return np.asarray(every[[where.get(name, -1) for name in names]][item])

    def rung_of(self, rating: Codes) -> Floats:
        """Rung of each rating, the nearest below where it has none, shape (N,)."""
        at = np.searchsorted(self.labels, rating, side="right") - 1
        return np.asarray(self.ladder[np.maximum(at, 0)].astype(float))

    def curve(self, framework: Framework, factor: str, items: Sequence[Item]) -> Curve:
        """Map from logits to 0-100 over items that are calibrated or declare their difficulty.

        Parameters
        ----------
        framework : Framework
        factor : str
        items : sequence of Item
            One at least has a known difficulty; otherwise all of the factor's items count.

        Returns
        -------
        Curve
        """
        known = dict(zip(self.items, self.difficulty.tolist(), strict=True))
        difficulty = _known(items, known)
        if len(difficulty) == 0:
            difficulty = _known(framework.items_of(factor), known)
        n = len(difficulty)
        ends = np.full(n, float(framework.scale.min)), np.full(n, float(framework.scale.max))
        return share_curve(
            difficulty[:, None] + self.thresholds, np.repeat(self.rungs[None], n, axis=0), *ends
        )


def scale_of(items: tuple[str, ...], calibration: Calibration) -> ItemScale:
    """Where a calibration put the items of a shared scale."""
    return ItemScale(
        items=items,
        difficulty=calibration.locations[-1],
        thresholds=calibration.thresholds[0],
        labels=calibration.labels,
        ladder=calibration.screen.ladder[0],
        rungs=rung_labels(calibration)[0],
    )


def _known(items: Sequence[Item], calibrated: Mapping[str, float]) -> Floats:
    """Difficulties of the items for which there is one."""
    places = [calibrated.get(item.id, np.nan) for item in items]
    declared = [np.nan if item.difficulty is None else item.difficulty for item in items]
    difficulty = np.where(np.isfinite(places), places, declared).astype(float)
    finite: Floats = difficulty[np.isfinite(difficulty)]
    return finite
