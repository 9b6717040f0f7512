"""A made-up cycle with known truth: everybody rated by a few others, some examined, some with results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadline.evidence import Evidence, read_evidence
from leadline.frameworks import Framework, load_framework

FRAMEWORK = load_framework("technical-leadership")
THRESHOLDS = np.array([-2.0, -0.7, 0.7, 2.0])
GROUPS = ("manager", "peer", "peer", "peer", "report", "report", "report", "stakeholder")
EFFECTS = {"manager": 0.2, "peer": -0.1, "report": -0.2, "stakeholder": 0.1}

Row = dict[str, Any]


class Truth(NamedTuple):
    """Locations of ratees by factor (P, F), severities by rater (R,), difficulties by item."""

    theta: NDArray[np.float64]
    severity: NDArray[np.float64]
    difficulty: Mapping[str, float]


class Cycle(NamedTuple):
    """Rows of ratings, answers and results, and what they were made from."""

    ratings: list[Row]
    responses: list[Row]
    outcomes: list[Row]
    truth: Truth

    def evidence(self, change: Callable[[list[Row]], Iterable[Row]] = list) -> Evidence:
        """As evidence, with the ratings changed."""
        return evidence_of(list(change(self.ratings)), self.responses, self.outcomes)


def evidence_of(
    ratings: Sequence[Row],
    responses: Sequence[Row] = (),
    outcomes: Sequence[Row] = (),
    framework: Framework = FRAMEWORK,
) -> Evidence:
    tables = {"ratings": ratings, "responses": responses, "outcomes": outcomes}
    columns = {
        name: {key: [row[key] for row in rows] for key in rows[0]} for name, rows in tables.items() if rows
    }
    return read_evidence(columns, framework)


def made_cycle(
    n_ratees: int = 24,
    n_raters: int = 30,
    n_each: int = 6,
    *,
    seed: int = 0,
    exam: bool = True,
    framework: Framework = FRAMEWORK,
    severity_sd: float = 0.6,
    halo_sd: float = 0.5,
) -> Cycle:
    draw = np.random.default_rng(seed)
    factors = [factor.id for factor in framework.factors]
    spread = 0.5 * np.eye(len(factors)) + 0.5
    theta = draw.multivariate_normal(np.zeros(len(factors)), spread, n_ratees)
    truth = Truth(
        theta,
        draw.normal(0, severity_sd, n_raters),
        {item.id: float(draw.normal(0, 0.4)) for item in framework.items},
    )
    ratings = []
    for p in range(n_ratees):
        raters = draw.choice(n_raters, n_each, replace=False)
        for k, r in enumerate(raters.tolist()):
            halo = float(draw.normal(0, halo_sd))
            group = GROUPS[k % len(GROUPS)]
            off = truth.severity[r] + EFFECTS[group] + halo
            ratings += sheet(framework, truth, (p, f"rater{r:03d}", group), off, draw)
        ratings += sheet(framework, truth, (p, name_of(p), "self"), -0.4, draw)
    if not exam:
        return Cycle(ratings, [], [], truth)
    return Cycle(ratings, _answers(framework, theta, draw), _results(framework, theta, draw), truth)


def name_of(p: int) -> str:
    return f"ratee{p:03d}"


def sheet(
    framework: Framework, truth: Truth, who: tuple[int, str, str], off: float, draw: np.random.Generator
) -> list[Row]:
    """One rater's ratings of one ratee."""
    p, rater, group = who
    factor_of = {one.id: one.factor for one in framework.competencies}
    place = {factor.id: f for f, factor in enumerate(framework.factors)}
    theta = np.array([truth.theta[p, place[factor_of[item.competency]]] for item in framework.items])
    eta = theta - off - np.array([truth.difficulty[item.id] for item in framework.items])
    logits = np.cumsum(np.c_[np.zeros(len(eta)), eta[:, None] - THRESHOLDS], axis=1)
    share = np.exp(logits - logits.max(axis=1, keepdims=True))
    share = np.cumsum(share / share.sum(axis=1, keepdims=True), axis=1)
    rating = (draw.random(len(eta))[:, None] > share).sum(axis=1) + 1
    return [
        {"ratee": name_of(p), "rater": rater, "relationship": group, "item": item.id, "rating": int(y)}
        for item, y in zip(framework.items, np.minimum(rating, 5), strict=True)
    ]


def _answers(framework: Framework, theta: NDArray[np.float64], draw: np.random.Generator) -> list[Row]:
    return [
        {
            "ratee": name_of(p),
            "item": question.id,
            "response": _response(question, right=draw.random() < 1 / (1 + np.exp(-theta[p, 0]))),
        }
        for p in range(0, len(theta), 2)
        for question in framework.exam
    ]


def _response(question: Any, *, right: bool) -> str:
    if question.key is None:
        return str(question.max_score if right else 0)
    return str(question.key) if right else next(one for one in "abcd" if one != question.key)


def _results(framework: Framework, theta: NDArray[np.float64], draw: np.random.Generator) -> list[Row]:
    def share(p: int) -> float:
        return float(np.clip(0.5 + 0.2 * theta[p, -1] + draw.normal(0, 0.1), 0, 1))

    return [
        {
            "ratee": name_of(p),
            "item": item.id,
            "value": share(p) * (1 if item.rule == "share" else 100),
            "target": 100.0,
            "baseline": 0.0,
        }
        for p in range(0, len(theta), 3)
        for item in framework.outcomes
    ]
