"""Plain factor figures, scored as if they had been measured."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline import __version__
from leadline.frameworks import Framework, load_framework
from leadline.scoring.pool import drawn_from_group

Floats = NDArray[np.float64]

FILE = "figures.json"


@dataclass(frozen=True, eq=False, kw_only=True)
class Figures:
    """Factors of P people as given, on 0-100; it stands where `Measures` stands.

    Attributes
    ----------
    framework : Framework
    ratees : tuple of str, P
    names : mapping of ratee to str
    factors : tuple of str, F
        All factors of the framework, in its order.
    factor_value, factor_se : array, shape (P, F), 0-100
        NaN where missing. ``factor_se`` is all NaN where no standard error was given.
    """

    framework: Framework
    ratees: tuple[str, ...]
    names: Mapping[str, str]
    factors: tuple[str, ...]
    factor_value: Floats
    factor_se: Floats

    # What figures do not have, under the names by which `Measures` has it.
    cycle = None
    previous = None
    dimensions = ()
    competencies = ()
    quality = ()
    notices = ()

    @property
    def has_errors(self) -> bool:
        """Whether standard errors were given; without them no interval can be stated."""
        return bool(np.isfinite(self.factor_se).any())

    @property
    def factor_partial(self) -> NDArray[np.bool_]:
        """Factors that are missing, shape (P, F)."""
        return np.isnan(self.factor_value)

    @property
    def n_raters(self) -> Floats:
        """Not known: NaN, shape (P,)."""
        return np.full(len(self.ratees), np.nan)

    n_items = n_raters

    @property
    def by_relationship(self) -> Mapping[str, NDArray[np.int64]]:
        """Not known: empty."""
        return {}

    @property
    def fits(self) -> Mapping[str, Any]:
        """No model was fitted: empty."""
        return {}

    @property
    def team(self) -> tuple[None, ...]:
        """Not known: None for each ratee."""
        return (None,) * len(self.ratees)

    @property
    def engine_version(self) -> str:
        """Version of Leadline."""
        return __version__

    @property
    def input_hash(self) -> str:
        """SHA-256 of the figures and of the framework."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()

    def draws(self, n: int, seed: int, factors: Sequence[str] | None = None) -> Floats:
        """Joint draws of the factors, all unless some are named, shape (n, P, F), 0-100.

        Each figure is normal with its standard error, cut off at 0 and 100; a missing one is drawn
        from the group's mean and spread, and is NaN where nobody has it.

        Examples
        --------
        >>> from leadline.scoring import read_figures
        >>> figures = read_figures({"te": 85, "te_se": 3})
        >>> figures.draws(2000, seed=0)[:, 0, 0].mean().round()
        np.float64(85.0)
        """
        rng = np.random.default_rng(seed)
        errors = np.nan_to_num(self.factor_se)
        found = rng.standard_normal((n, *self.factor_value.shape))
        found *= errors
        found += self.factor_value
        np.clip(found, 0.0, 100.0, out=found)
        found = drawn_from_group(found, self.factor_value, np.isnan(self.factor_value), seed)
        chosen = self.factors if factors is None else tuple(factors)
        return found if chosen == self.factors else found[..., [self.factors.index(one) for one in chosen]]

    def to_json(self) -> dict[str, Any]:
        """Everything as JSON-ready values; missing is None."""
        return {
            "framework": {"id": self.framework.id, "hash": self.framework.hash},
            "ratees": list(self.ratees),
            "names": dict(self.names),
            "factors": list(self.factors),
            "factor_value": _listed(self.factor_value),
            "factor_se": _listed(self.factor_se),
        }

    def save(self, directory: str | Path) -> Path:
        """Write to a folder, from which it loads back equal."""
        folder = Path(directory)
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.to_json(), ensure_ascii=False, indent=1) + "\n"
        (folder / FILE).write_text(text, encoding="utf-8", newline="\n")
        self.framework.save(folder / "framework")
        return folder

    @classmethod
    def load(cls, directory: str | Path) -> Figures:
        """Read from a folder that `save` wrote."""
        folder = Path(directory)
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return cls(
            framework=load_framework(folder / "framework"),
            ratees=tuple(content["ratees"]),
            names=content["names"],
            factors=tuple(content["factors"]),
            factor_value=np.array(content["factor_value"], dtype=np.float64),
            factor_se=np.array(content["factor_se"], dtype=np.float64),
        )


def _listed(values: Floats) -> list[list[float | None]]:
    return [[None if np.isnan(x) else float(x) for x in row] for row in values]
