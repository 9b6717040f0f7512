"""A factor seen through an exam: answers scored by key, abilities adjusted for difficulty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadline.errors import MeasurementError
from leadline.evidence import Evidence, codes, rows
from leadline.frameworks import ExamItem, Framework
from leadline.measurement.factors.kinds.item_scale import ItemScale
from leadline.measurement.factors.kinds.kind import (
    Counted,
    Kind,
    Later,
    RowsOfDimension,
    dimension_name,
    value_rows,
)
from leadline.measurement.factors.kinds.occasions import Occasions, counts_at, named, places
from leadline.measurement.kernels.arrays import Codes, Floats, add_up
from leadline.measurement.kernels.location import located
from leadline.measurement.kernels.ucon import split_steps
from leadline.measurement.values.factor_map import Curve, share_curve
from leadline.measurement.values.ratings import Ratings, ordered_ratings
from leadline.measurement.variational.anew import Rows
from leadline.measurement.variational.common_posterior import CommonPosterior
from leadline.measurement.variational.evidence_blocks import RatingBlock, ValueBlock


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
        """Ratee and cycle as one number, as in `RatingArrays.occasion`."""
        return self.ratee.astype(np.int64) * (len(self.cycles) + 1) + self.cycle + 1


@dataclass(frozen=True, eq=False, kw_only=True)
class FactorAnswers:
    """Answers to one factor's questions. O occasions (ratee and cycle).

    Attributes
    ----------
    factor : str
    source : RatingBlock or ValueBlock
        What they add to the common fit. ValueBlock where no question tells people apart, so that all
        count as equally hard.
    anchors : mapping of facet to mapping of element to logits
        Difficulties that the framework declares.
    questions : tuple of ExamItem
    occasions : array of int, shape (O,)
    n : array of int, shape (O,)
        Questions answered.
    """

    factor: str
    source: RatingBlock | ValueBlock
    anchors: Mapping[str, Mapping[str, float]]
    questions: tuple[ExamItem, ...]
    occasions: Codes
    n: NDArray[np.int64]


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


def factor_answers(
    answers: Answers, framework: Framework, factor: str, among: Occasions
) -> FactorAnswers | None:
    r"""Answers to a factor's questions as evidence of one dimension, under the Rasch model.

    A question marked from 0 to m counts as m trials of equal difficulty b: its steps are
    :math:`b + \ln(k/(m - k + 1))` (Rasch 1960; Masters and Wright 1984), for m = 1 the Rasch model.
    Difficulties that the framework declares are used as they are; the others are estimated.

    Parameters
    ----------
    answers : Answers
    framework : Framework
    factor : str
    among : Occasions

    Returns
    -------
    FactorAnswers or None
        None without answers to the factor's questions.
    """
    kept = answers_to(answers, framework, factor)
    if len(kept) == 0:
        return None
    kept, occasion = among.rows(answers, kept)
    questions, item = questions_of(answers, framework, kept)
    occasions, person = np.unique(occasion, return_inverse=True)
    names = named(answers, occasions)
    score = answers.score[kept]
    ratings = _trials(questions, person, names, item, score)
    declared = {q.id: q.difficulty for q in questions if q.difficulty is not None}
    anchors: dict[str, Mapping[str, float]] = {"item": declared} if declared else {}
    if "trial" in ratings.facets:
        anchors["trial"] = dict.fromkeys(ratings.elements["trial"], 0.0)
    dimension = dimension_name("exam", factor)
    source: RatingBlock | ValueBlock = RatingBlock(dimension=dimension, ratings=ratings)
    if (ratings.rating == ratings.rating[0]).all():
        source = attained_answers(dimension, questions, (person, item, score), names)
    return FactorAnswers(
        factor=factor,
        source=source,
        anchors=anchors,
        questions=questions,
        occasions=occasions,
        n=add_up(person, len(occasions)).astype(np.int64),
    )


def answers_to(answers: Answers, framework: Framework, factor: str) -> NDArray[np.intp]:
    """Numbers of the answers to a factor's questions."""
    bank = {q.id for q in framework.exam if framework.competency(q.competency).factor == factor}
    present = np.array([name in bank for name in answers.items], dtype=bool)
    return np.flatnonzero(present[answers.item])


def questions_of(
    answers: Answers, framework: Framework, rows: NDArray[np.intp]
) -> tuple[tuple[ExamItem, ...], Codes]:
    """The questions that some answers are to, and the place of each answer's among them."""
    bank = {question.id: question for question in framework.exam}
    used, item = np.unique(answers.item[rows], return_inverse=True)
    return tuple(bank[answers.items[n]] for n in used.tolist()), item


def attained_answers(
    dimension: str,
    questions: Sequence[ExamItem],
    given: tuple[Codes, Codes, NDArray[np.int64]],
    names: tuple[str, ...],
) -> ValueBlock:
    """Abilities from answers that tell nobody apart: questions that declare no difficulty are equally hard.

    Parameters
    ----------
    dimension : str
    questions : sequence of ExamItem
    given : tuple of array of int, shape (N,)
        Person, question and score of every answer.
    names : tuple of str
        Of the persons.

    Returns
    -------
    ValueBlock
    """
    person, item, score = given
    difficulty = np.array([q.difficulty or 0.0 for q in questions])
    steps = _trial_steps(difficulty, [question.max_score for question in questions])[item]
    found = located(person, len(names), offset=np.zeros(len(item)), steps=steps, score=score.astype(float))
    return ValueBlock(dimension=dimension, ratees=names, value=found.location, se=found.se)


def exam_curve(given: FactorAnswers, difficulties: Mapping[str, float], bank: Iterable[ExamItem]) -> Curve:
    """Map from logits to 0-100: expected share of the greatest score.

    Parameters
    ----------
    given : FactorAnswers
    difficulties : mapping of question to logits
        As calibrated; empty where all count as equally hard.
    bank : iterable of ExamItem
        The factor's questions; those that nobody answered count where they declare their difficulty.

    Returns
    -------
    Curve
    """
    known = {q.id: q.difficulty for q in (*given.questions, *bank) if q.difficulty is not None}
    known |= difficulties or {q.id: known.get(q.id, 0.0) for q in given.questions}
    n = len(known)
    steps = np.array(list(known.values()))[:, None]
    return share_curve(steps, np.repeat([[0.0, 1.0]], n, axis=0), np.zeros(n), np.ones(n))


def _trial_steps(difficulty: Floats, most: Sequence[int]) -> Floats:
    """Steps of questions marked from 0 to m as m equal trials, shape (I, K-1), ``inf`` above m."""
    top = max(most)
    k, m = np.arange(1, top + 1), np.array(most)[:, None]
    inside = k <= m
    odds = np.log(k / np.where(inside, m - k + 1, 1))
    return np.where(inside, difficulty[:, None] + odds, np.inf)


def _trials(
    questions: Sequence[ExamItem],
    person: Codes,
    names: tuple[str, ...],
    item: Codes,
    score: NDArray[np.int64],
) -> Ratings:
    """One right-or-wrong rating for each trial of each answer."""
    most = np.array([question.max_score for question in questions])[item]
    answer = np.repeat(np.arange(len(score)), most)
    trial = np.arange(len(answer)) - np.repeat(np.cumsum(most) - most, most)
    coded = {
        "ratee": (person[answer].astype(np.int32), names),
        "item": (item[answer].astype(np.int32), tuple(question.id for question in questions)),
    }
    if most.max() > 1:
        coded["trial"] = (trial.astype(np.int32), tuple(map(str, range(int(most.max())))))
    right = (trial < score[answer]).astype(np.int64)
    return ordered_ratings(coded, right, np.ones(len(right)))


@dataclass(frozen=True, eq=False)
class ExaminedFactor:
    """Answers to one factor's questions once calibrated.

    Attributes
    ----------
    answers : Answers
    given : FactorAnswers
    difficulties : mapping of question to logits
        Empty where all questions count as equally hard.
    """

    answers: Answers
    given: FactorAnswers
    difficulties: Mapping[str, float]

    @property
    def remarks(self) -> frozenset[str]:
        """Whether no question told people apart."""
        return frozenset(["equal_difficulty"] if isinstance(self.given.source, ValueBlock) else [])

    def counts(self, ratees: Sequence[str], cycle: str | None) -> Counted:
        """Questions that each ratee answered; nobody rates."""
        n = counts_at(self.given.n, places(self.answers, self.given.occasions, ratees, cycle))
        return Counted(n, np.zeros_like(n), n)

    def curve(self, framework: Framework) -> Curve:
        """Expected share of the greatest score on the factor's questions."""
        factor = self.given.factor
        bank = [q for q in framework.exam if framework.competency(q.competency).factor == factor]
        return exam_curve(self.given, self.difficulties, bank)


def examined_factor(answers: Answers, given: FactorAnswers, common: CommonPosterior) -> ExaminedFactor:
    """Difficulties of a factor's questions from the common fit."""
    if not isinstance(given.source, RatingBlock):
        return ExaminedFactor(answers, given, {})
    number = common.layout.dimensions.index(given.source.dimension)
    system = common.parts[number].system
    difficulty, _ = split_steps(system, common.items_of(number).steps)
    names = given.source.ratings.elements["item"]
    calibrated = {names[n]: float(difficulty[n]) for n in np.flatnonzero(system.top > 0).tolist()}
    return ExaminedFactor(answers, given, calibrated)


def later_answers(
    answers: Answers, later: Later, number: int, factor: str, scale: ItemScale | None
) -> RowsOfDimension | None:
    """Answers to a factor's questions for a later scoring."""
    given = answers_to(answers, later.framework, factor)
    if len(given) == 0:
        return None
    at = later.place(answers)[answers.ratee[given]]
    n = add_up(at, len(later.ratees)).astype(np.int64)
    counted = Counted(n, np.zeros_like(n), n)
    questions, item = questions_of(answers, later.framework, given)
    score = answers.score[given]
    if scale is None:
        persons, person = np.unique(at, return_inverse=True)
        names = tuple(later.ratees[p] for p in persons.tolist())
        found = attained_answers(later.dimensions[number], questions, (person, item, score), names)
        return value_rows(number, persons, found, counted)
    # A mark of k out of m is k trials that went right and m - k that did not.
    most = np.array([question.max_score for question in questions])[item]
    steps = scale.steps_of([question.id for question in questions], item)
    weight = np.concatenate([score, most - score]).astype(float)
    kept = np.flatnonzero((weight > 0) & np.isfinite(np.vstack([steps, steps])).any(axis=1))
    right = np.repeat([1.0, 0.0], len(given))
    every = Rows(np.vstack([steps, steps]), right, weight, np.zeros(len(right), dtype=bool))
    none = np.full(len(kept), -1)
    rows = Rows(*(each[kept] for each in every))
    both = np.stack([none, none], axis=1)
    return RowsOfDimension(number, np.concatenate([at, at])[kept], none, none, both, rows, counted)


EXAM = Kind(
    name="exam",
    in_logits=True,
    read=answers_of,
    prepare=factor_answers,
    calibrate=examined_factor,
    later=later_answers,
)
"""Answers to questions, scored by key."""
