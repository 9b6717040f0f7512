"""statsmodels: linear mixed model, ratees and raters as crossed variance components.

Its ordinal model has no random effects, and with an effect for every person as parameters it does
not end within five minutes on the smallest data set.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from benchmarks.engine.designs import Design
from benchmarks.engine.peers.adapter import Estimates
from benchmarks.engine.simulate import read_columns
from statsmodels.formula.api import mixedlm

PACKAGE = "statsmodels"


def prepare(folder: Path, design: Design, method: str) -> pd.DataFrame:
    # Crossed effects are written as components within one group that holds everything.
    return pd.DataFrame(read_columns(folder)._asdict()).assign(everything=1)


def fit(data: pd.DataFrame) -> Any:
    items = "C(item)" if data["item"].nunique() > 1 else "1"
    components = {"ratee": "0 + C(ratee)", "rater": "0 + C(rater)"}
    model = mixedlm(
        f"rating ~ {items}", data, groups="everything", re_formula="0", vc_formula=components, use_sparse=True
    )
    return model.fit(reml=True)


def read(fitted: Any) -> Estimates:
    effects = fitted.random_effects[1]
    # Named ratee[C(ratee)[17]]: the code is the last number.
    codes = effects.index.str.extract(r"^(\w+)\[.*\[(\d+)\]\]$")
    values = {}
    for facet in ("ratee", "rater"):
        its = (codes[0] == facet).to_numpy()
        number = codes[1][its].astype(int).to_numpy()
        values[facet] = np.full(number.max() + 1, np.nan)
        values[facet][number] = effects.to_numpy()[its]
    return Estimates(theta=values["ratee"], severity=-values["rater"], converged=fitted.converged)
