"""The data sets of the benchmark by name: who rates whom on how many items, and what else is true."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

CATEGORIES = 5


@dataclass(frozen=True)
class Design:
    """A rating design and the spread of what is not a measure.

    Attributes
    ----------
    halo_sd : float, logits
        Spread of what one rater's ratings of one ratee share.
    missing : float
        Share of ratings dropped at random, so that item sets proliferate.
    step_sd : float, logits
        Spread of an item's thresholds about the common ones (partial credit).
    correlation : float or None
        Of two factors, each seen by half of the items; None is one factor.
    shuffled : bool
        Whether rows come in no order, rather than form by form.
    """

    name: str
    n_ratees: int
    raters_each: int
    n_items: int
    n_raters: int
    halo_sd: float = 0.0
    missing: float = 0.0
    step_sd: float = 0.0
    correlation: float | None = None
    shuffled: bool = False

    @property
    def n_factors(self) -> int:
        return 1 if self.correlation is None else 2

    @property
    def n_ratings(self) -> int:
        """Ratings before any are dropped."""
        return self.n_ratees * self.raters_each * self.n_items

    def save(self, folder: Path) -> None:
        (folder / "design.json").write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Design:
        return cls(**json.loads((folder / "design.json").read_text(encoding="utf-8")))


SIZES = {
    size.name: size
    for size in (
        Design("T", 600, 3, 6, 300),
        Design("S", 200, 8, 20, 100),
        Design("M", 2_000, 8, 30, 1_000),
        Design("X", 20_000, 10, 40, 10_000),
        Design("XX", 200_000, 10, 40, 100_000),
        # As large as lme4's InstEval: 1,128 lecturers, each with 65 of 2,972 students, one question.
        Design("InstEval", 1_128, 65, 1, 2_972),
    )
}

OPTIONS: dict[str, dict[str, Any]] = {
    "halo": {"halo_sd": 0.5},
    "missing": {"missing": 0.3},
    "steps": {"step_sd": 0.35},
    "factors": {"correlation": 0.6},
    "shuffled": {"shuffled": True},
}


def design(name: str) -> Design:
    """The design called ``SIZE[+option...]``, such as ``S+halo+missing``."""
    size, *options = name.split("+")
    unknown = [part for part in (size, *options) if part not in SIZES | OPTIONS]
    if unknown or size not in SIZES:
        raise ValueError(f"{name}: a size of {', '.join(SIZES)}, then any of +{', +'.join(OPTIONS)}")
    truth = {key: value for option in options for key, value in OPTIONS[option].items()}
    return replace(SIZES[size], name=name, **truth)
