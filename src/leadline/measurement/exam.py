"""A factor seen through an exam: answers scored by key, abilities adjusted for difficulty."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadline.errors import MeasurementError
from leadline.evidence import Evidence
from leadline.evidence.frames import codes, rows
from leadline.frameworks import ExamItem, Framework
from leadline.measurement.calibrate import calibrate
from leadline.measurement.factor_map import Curve, share_curve
from leadline.measurement.kernels.arrays import Codes, Floats, add_up
from leadline.measurement.kernels.location import located
from leadline.measurement.ratings import Ratings, ordered_ratings


@dataclass(frozen=True, eq=False, kw_only=True)
class Answers:
    """N scored answers. ``cycle`` is -1 where none is named; positions are those of the names."""

    ratee: Codes
    item: Codes
    cycle: Codes
    score: NDArray[np.int64]
    ratees: tuple[str, ...]
    items: tuple[str, ...]
    cycles: tuple[str, ...]

    @property
    def occasion(self) -> Codes:
        """Ratee and cycle as one number, as in `Panel.occasion`."""
        return self.ratee.astype(np.int64) * (len(self.cycles) + 1) + self.cycle + 1


@dataclass(frozen=True, eq=False, kw_only=True)
class Examined:
    """Abilities of one factor. O occasions (ratee and cycle).

    Attributes
    ----------
    factor : str
    occasions : array of int, shape (O,)
    theta, theta_se : array, shape (O,), logits
    n : array of int, shape (O,)
        Questions answered.
    curve : Curve
    calibrated : bool
        Whether difficulties could be told from the answers or the framework; otherwise all
        questions count as equally hard.
    """

    factor: str
    occasions: Codes
    theta: Floats
    theta_se: Floats
    n: NDArray[np.int64]
    curve: Curve
    calibrated: bool


def score_answer(item: ExamItem, response: str) -> int:
    """Score of one answer: the question's greatest score for the key, 0 for anything else.

    Upper and lower case and space around the answer do not matter. Where the key is None a marker
    gave the score; the answer is that number, held within 0 and the greatest score.

    Parameters
    ----------
    item : ExamItem
    response : str

    Returns
    -------
    int

    Raises
    ------
    MeasurementError
        A score given by hand is no number.

    Examples
    --------
    >>> from leadline.frameworks import Text
    >>> item = ExamItem(id="q", competency="c", topic="t", text=Text("", ""), key="b")
    >>> score_answer(item, " B"), score_answer(item, "a")
    (1, 0)
    """
    answer = response.strip()
    if item.key is not None:
        return item.max_score if answer.casefold() == item.key.strip().casefold() else 0
    try:
        return int(np.clip(round(float(answer)), 0, item.max_score))
    except ValueError as error:
        raise MeasurementError("measurement.score_not_a_number", item=item.id, value=response) from error


def answers_of(evidence: Evidence, framework: Framework) -> Answers | None:
    """Scored answers to the framework's questions; None where there are none.

    Empty answers count as not given, neither right nor wrong. Where a question was answered twice in
    a cycle, on two forms, the last row counts.

    Parameters
    ----------
    evidence : Evidence
    framework : Framework

    Returns
    -------
    Answers or None
    """
    table = evidence.responses
    if table is None:
        return None
    bank = {item.id: item for item in framework.exam}
    given = table.get_column("response").is_not_null() & table.get_column("item").is_in(list(bank))
    table = table.filter(given).unique(["ratee", "item", "cycle"], keep="last", maintain_order=True)
    table = table.sort("ratee", "item", "cycle")
    if table.height == 0:
        return None
    ratee, ratees = codes(table, "ratee")
    item, items = codes(table, "item")
    cycles = evidence.cycles
    where = {name: n for n, name in enumerate(cycles)}
    cycle, score = [], []
    for row in rows(table.select("item", "response", "cycle")):
        cycle.append(where.get(row["cycle"], -1))
        score.append(score_answer(bank[row["item"]], row["response"]))
    return Answers(
        ratee=ratee,
        item=item,
        cycle=np.array(cycle, dtype=np.int64),
        score=np.array(score, dtype=np.int64),
        ratees=ratees,
        items=items,
        cycles=cycles,
    )


def examined_factor(answers: Answers, framework: Framework, factor: str) -> Examined | None:
    r"""Abilities of a factor's questions under the Rasch model.

    A question marked from 0 to m counts as m trials of equal difficulty b: its steps are
    :math:`b + \ln(k/(m - k + 1))` (Rasch 1960; Masters and Wright 1984), for m = 1 the Rasch model.
    Difficulties that the framework declares are used as they are; the others are estimated jointly
    from the answers of all cycles and drawn in by (L - 1)/L, L being the number of questions a
    person answered, because joint estimates spread out by the inverse (Wright and Douglas 1977).
    Abilities are then estimated with the questions held; a score of nothing or everything is moved by
    0.3 points.

    Parameters
    ----------
    answers : Answers
    framework : Framework
    factor : str

    Returns
    -------
    Examined or None
        None without answers to the factor's questions.
    """
    bank = {
        item.id: item for item in framework.exam if framework.competency(item.competency).factor == factor
    }
    present = np.array([name in bank for name in answers.items], dtype=bool)
    kept = np.flatnonzero(present[answers.item])
    if len(kept) == 0:
        return None
    used, item = np.unique(answers.item[kept], return_inverse=True)
    questions = [bank[answers.items[n]] for n in used.tolist()]
    occasions, person = np.unique(answers.occasion[kept], return_inverse=True)
    score = answers.score[kept]
    difficulty, calibrated = _difficulties(questions, person, item, score)
    steps = _trial_steps(difficulty, [question.max_score for question in questions])
    found = located(
        person, len(occasions), offset=np.zeros(len(kept)), steps=steps[item], score=score.astype(float)
    )
    n = add_up(person, len(occasions)).astype(np.int64)
    return Examined(
        factor=factor,
        occasions=occasions,
        theta=found.location,
        theta_se=found.se,
        n=n,
        curve=_exam_curve(questions, difficulty, bank.values()),
        calibrated=calibrated,
    )


def _trial_steps(difficulty: Floats, most: Sequence[int]) -> Floats:
    """Steps of questions marked from 0 to m as m equal trials, shape (I, K-1), ``inf`` above m."""
    top = max(most)
    k, m = np.arange(1, top + 1), np.array(most)[:, None]
    inside = k <= m
    odds = np.log(k / np.where(inside, m - k + 1, 1))
    return np.where(inside, difficulty[:, None] + odds, np.inf)


def _difficulties(
    questions: Sequence[ExamItem], person: Codes, item: Codes, score: NDArray[np.int64]
) -> tuple[Floats, bool]:
    """Difficulty of every question, and whether it is known rather than assumed equal."""
    declared = np.array([np.nan if q.difficulty is None else q.difficulty for q in questions], dtype=float)
    fixed = np.isfinite(declared)
    if fixed.all():
        return declared, True
    ratings = _trials(questions, person, item, score)
    anchors = {"item": {q.id: float(d) for q, d in zip(questions, declared, strict=True) if np.isfinite(d)}}
    if "trial" in ratings.facets:
        anchors["trial"] = dict.fromkeys(ratings.elements["trial"], 0.0)
    try:
        found = calibrate(ratings, noncentered="ratee", anchors=anchors)
    except MeasurementError:  # everybody right or wrong throughout: nothing tells questions apart
        return np.where(fixed, declared, 0.0), False
    if not found.bounded:
        return np.where(fixed, declared, 0.0), False
    length = max(len(score) / (int(person.max()) + 1), 1.0)
    shrink = 1.0 if fixed.any() else (length - 1) / length
    return np.where(fixed, declared, shrink * found.locations[-1]), True


def _trials(questions: Sequence[ExamItem], person: Codes, item: Codes, score: NDArray[np.int64]) -> Ratings:
    """One right-or-wrong rating for each trial of each answer."""
    most = np.array([question.max_score for question in questions])[item]
    answer = np.repeat(np.arange(len(score)), most)
    trial = np.arange(len(answer)) - np.repeat(np.cumsum(most) - most, most)
    coded = {
        "ratee": (person[answer].astype(np.int32), tuple(map(str, range(int(person.max()) + 1)))),
        "item": (item[answer].astype(np.int32), tuple(question.id for question in questions)),
    }
    if most.max() > 1:
        coded["trial"] = (trial.astype(np.int32), tuple(map(str, range(int(most.max())))))
    right = (trial < score[answer]).astype(np.int64)
    return ordered_ratings(coded, right, np.ones(len(right)))


def _exam_curve(questions: Sequence[ExamItem], difficulty: Floats, bank: Iterable[ExamItem]) -> Curve:
    """Expected share of the greatest score over the questions whose difficulty is known."""
    known = {question.id: float(d) for question, d in zip(questions, difficulty, strict=True)}
    for question in bank:
        if question.difficulty is not None:
            known.setdefault(question.id, question.difficulty)
    n = len(known)
    steps = np.array(list(known.values()))[:, None]
    return share_curve(steps, np.repeat([[0.0, 1.0]], n, axis=0), np.zeros(n), np.ones(n))
