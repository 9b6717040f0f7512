"""girth: graded response model by marginal maximum likelihood, which knows no raters.

Every form (one rater's ratings of one ratee) is a participant; a ratee's ability is the mean over
their forms.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import girth
import numpy as np
from benchmarks.engine.designs import Design
from benchmarks.engine.peers.adapter import Estimates, NotOfferedError
from benchmarks.engine.simulate import read_columns
from numpy.typing import NDArray

PACKAGE = "girth"


class Prepared(NamedTuple):
    answers: NDArray[np.int64]
    ratee: NDArray[np.int64]
    design: Design


class Fitted(NamedTuple):
    result: dict[str, object]
    data: Prepared


def prepare(folder: Path, design: Design, method: str) -> Prepared:
    if design.n_items == 1:
        raise NotOfferedError("without raters one item says nothing about its threshold")
    data = read_columns(folder)
    form = data.ratee.astype(np.int64) * design.n_raters + data.rater
    forms, row = np.unique(form, return_inverse=True)
    answers = np.full((design.n_items, len(forms)), girth.INVALID_RESPONSE, dtype=np.int64)
    answers[data.item, row] = data.rating + 1
    return Prepared(answers, forms // design.n_raters, design)


def fit(data: Prepared) -> Fitted:
    return Fitted(girth.grm_mml(data.answers), data)


def read(fitted: Fitted) -> Estimates:
    ratee, n_ratees = fitted.data.ratee, fitted.data.design.n_ratees
    total = np.bincount(ratee, np.asarray(fitted.result["Ability"]), n_ratees)
    with np.errstate(invalid="ignore"):
        return Estimates(theta=total / np.bincount(ratee, minlength=n_ratees))
