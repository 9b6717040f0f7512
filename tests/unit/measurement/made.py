"""Ratings made for tests."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.simulate import Simulated, simulate

from leadline.evidence.frames import Frame, frame
from leadline.measurement import FacetFit, fit

Row = tuple[str, str, str, int]


def table(rows: Iterable[Row]) -> Frame:
    columns = zip(*rows, strict=True)
    return frame(dict(zip(("ratee", "rater", "item", "rating"), map(list, columns), strict=True)))


def joint(ratings: Frame | str | Path, **options: Any) -> FacetFit:
    """Fit by joint maximum likelihood."""
    return fit(ratings, method="joint", **options)


def grid(
    n_ratees: int = 8,
    n_raters: int = 3,
    n_items: int = 4,
    *,
    seed: int = 0,
    prefix: str = "",
    noise: float = 0.8,
) -> list[Row]:
    """Everybody rates everybody on everything, 1 to 5."""
    draw = np.random.default_rng(seed)
    theta = draw.normal(0, 1, n_ratees)
    return [
        (
            f"{prefix}p{p}",
            f"{prefix}r{r}",
            f"i{i}",
            int(np.clip(round(3 + theta[p] + draw.normal(0, noise)), 1, 5)),
        )
        for p in range(n_ratees)
        for r in range(n_raters)
        for i in range(n_items)
    ]


def as_table(made: Simulated) -> Frame:
    """Simulated ratings with names that sort as their numbers do."""
    return frame(
        {
            "ratee": [f"p{n:05d}" for n in made.ratee],
            "rater": [f"r{n:05d}" for n in made.rater],
            "item": [f"i{n:03d}" for n in made.item],
            "rating": made.rating,
        }
    )


__all__ = ["Row", "as_table", "grid", "joint", "simulate", "table"]
