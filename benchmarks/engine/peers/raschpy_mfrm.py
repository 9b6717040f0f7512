"""RaschPy: many-facet rating scale model by regularised composite likelihood."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import raschpy
from benchmarks.engine.designs import CATEGORIES, Design
from benchmarks.engine.peers.adapter import Estimates, Floats
from benchmarks.engine.simulate import read_columns

PACKAGE = "raschpy"


class Prepared(NamedTuple):
    wide: pd.DataFrame
    design: Design
    estimation: str


class Fitted(NamedTuple):
    model: raschpy.MFRM
    design: Design


def prepare(folder: Path, design: Design, method: str) -> Prepared:
    long = pd.DataFrame(read_columns(folder)._asdict())
    wide = long.pivot(index=["rater", "ratee"], columns="item", values="rating").astype(float)
    return Prepared(wide, design, method)


def fit(data: Prepared) -> Fitted:
    # It warns of thin raters and of single items: both are the design, not a fault.
    warnings.simplefilter("ignore")
    model = raschpy.MFRM(data.wide, max_score=CATEGORIES - 1)
    model.calibrate(model="global", estimation=data.estimation)
    model.person_estimates(model="global")
    return Fitted(model, data.design)


def read(fitted: Fitted) -> Estimates:
    model, design = fitted
    return Estimates(
        theta=model.persons_global.reindex(range(design.n_ratees)).to_numpy(float),
        severity=model.facet_effects_global.reindex(range(design.n_raters)).to_numpy(float),
        converged=None if model.convergence is None else model.convergence["converged"],
    )


def errors(fitted: Fitted) -> Floats:
    """Standard errors of persons, which need the full grid of raters and persons once more."""
    return fitted.model.csem(model="global").reindex(range(fitted.design.n_ratees)).to_numpy(float)
