"""Exams and results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from leadline.errors import MeasurementError
from leadline.evidence import Evidence
from leadline.evidence.frames import frame
from leadline.frameworks import Framework, Text, load_framework
from leadline.measurement import Dimension, measure
from leadline.measurement.factors.kinds.exam import score_answer
from leadline.measurement.factors.kinds.occasions import occasions_of
from leadline.measurement.factors.kinds.outcomes import achieved_factor, attainment, results_of

FACTOR = "technical_expertise"


@pytest.fixture(scope="module")
def framework() -> Framework:
    return load_framework("technical-leadership")


def questions(framework: Framework) -> list[str]:
    found = framework.exam
    return [one.id for one in found if framework.competency(one.competency).factor == FACTOR]


def exam(scores: Mapping[str, Sequence[int | None]], framework: Framework) -> Evidence:
    """Evidence in which people answer the factor's first questions rightly (1) or wrongly (0)."""
    key = {one.id: one.key for one in framework.exam}
    rows = []
    for person, marks in scores.items():
        for item, mark in zip(questions(framework), marks, strict=False):
            right = str(key[item])
            wrong = next(letter for letter in "abcd" if letter != right)
            rows.append((person, item, None if mark is None else right if mark else wrong))
    columns = zip(*rows, strict=True)
    data = dict(zip(("ratee", "item", "response"), map(list, columns), strict=True))
    n = len(rows)
    text = {"form": [""] * n, "time": [""] * n, "cycle": [""] * n}
    table = frame({**data, "seconds": [0.0] * n, **text})
    return Evidence(responses=table.with_columns(table.get_column("cycle").replace({"": None})))


def examined(evidence: Evidence, framework: Framework) -> Dimension:
    return next(one for one in measure(evidence, framework).dimensions if one.kind == "exam")


def test_answers_are_scored_by_key(framework: Framework) -> None:
    item = replace(framework.exam[0], key="B", max_score=2)
    assert [score_answer(item, answer) for answer in ("b", " B ", "a", "", "2")] == [2, 2, 0, 0, 0]
    by_hand = replace(item, key=None, max_score=5)
    assert [score_answer(by_hand, answer) for answer in ("3", "9", "-1")] == [3, 5, 0]
    with pytest.raises(MeasurementError, match="marked by hand"):
        score_answer(by_hand, "fine")


def test_the_same_number_right_is_worth_more_on_harder_questions(framework: Framework) -> None:
    crowd = {f"c{n}": [1, 1, 1, n % 2, n % 3 == 0, 0] for n in range(12)}
    easy_and_hard = {"ease": [1, 1, 1, None, None, None], "hard": [None, None, None, 1, 1, 0]}
    theta = examined(exam({**crowd, **easy_and_hard}, framework), framework).theta
    names = sorted({**crowd, **easy_and_hard})
    one_wrong = theta[names.index("hard")]
    assert one_wrong > np.median(theta)


def test_everything_right_has_a_finite_ability_and_no_small_error(framework: Framework) -> None:
    crowd = {f"c{n}": [n % 2, 1, n % 3 == 0, 0, 1, n % 5 == 0] for n in range(12)}
    found = examined(exam({**crowd, "zoe": [1] * 6}, framework), framework)
    assert np.isfinite(found.theta).all()
    assert found.theta[-1] == found.theta.max()
    assert found.theta_se[-1] > 0.9 * np.median(found.theta_se)
    assert found.value[-1] < 100


def test_an_empty_answer_is_no_wrong_answer(framework: Framework) -> None:
    crowd = {f"c{n}": [n % 2, 1, n % 3 == 0, 0, 1, n % 5 == 0] for n in range(12)}
    omitted = examined(exam({**crowd, "z": [1, None, 1, None, None, None]}, framework), framework)
    wrong = examined(exam({**crowd, "z": [1, 0, 1, 0, 0, 0]}, framework), framework)
    beside = [one.theta[-1] - one.theta[:-1].mean() for one in (omitted, wrong)]
    assert beside[0] > beside[1]


def test_two_people_all_right_and_all_wrong_lie_on_either_side(framework: Framework) -> None:
    found = examined(exam({"a": [1, 1, 1, 1], "b": [0, 0, 0, 0]}, framework), framework)
    assert found.theta[0] == pytest.approx(-found.theta[1], abs=1e-4)
    assert found.curve(np.array([0.0]))[0] == pytest.approx(50, abs=0.1)


def test_answers_that_are_all_right_count_all_questions_as_equally_hard(framework: Framework) -> None:
    found = measure(exam({"a": [1, 1, 1, 1], "b": [1, 1, 1, None]}, framework), framework)
    assert any(notice.code.endswith(".equal_difficulty") for notice in found.notices)
    one = next(one for one in found.dimensions if one.kind == "exam")
    assert (one.value > 75).all()
    assert (one.value < 100).all()


def test_declared_difficulties_are_used_as_they_are(framework: Framework) -> None:
    declared = replace(framework, exam=tuple(replace(one, difficulty=1.0) for one in framework.exam))
    found = examined(exam({"a": [1, 0, 1, 0]}, declared), declared)
    assert found.theta[0] == pytest.approx(1.0, abs=1e-4)
    assert found.curve(np.array([1.0]))[0] == pytest.approx(50, abs=0.01)


def test_a_question_marked_to_five_counts_as_five_questions(framework: Framework) -> None:
    one = framework.exam[0]
    hand = replace(one, key=None, max_score=5, difficulty=0.0)
    five = tuple(replace(one, id=f"q{n}", key="y", max_score=1, difficulty=0.0) for n in range(5))
    people = {"a": 2, "b": 4, "c": 3, "d": 1}
    marks = {"ratee": [*people], "item": [hand.id] * 4, "response": [str(n) for n in people.values()]}
    single = {
        "ratee": [name for name in people for _ in five],
        "item": [q.id for _ in people for q in five],
        "response": ["y" if n < right else "n" for right in people.values() for n in range(5)],
    }
    found = []
    for data, bank in ((marks, (hand,)), (single, five)):
        table = frame({**data, "cycle": ["x"] * len(data["ratee"])})
        found.append(examined(Evidence(responses=table), replace(framework, exam=bank)))
    np.testing.assert_allclose(found[0].theta, found[1].theta, atol=1e-4)
    np.testing.assert_allclose(found[0].theta_se, found[1].theta_se, atol=1e-4)


def test_abilities_recover_the_truth(framework: Framework) -> None:
    ids = questions(framework)
    draw = np.random.default_rng(4)
    truth, difficulty = draw.normal(0, 1, 300), draw.normal(0, 1, len(ids))
    right = draw.random((300, len(ids))) < 1 / (1 + np.exp(difficulty - truth[:, None]))
    people = {f"p{n:03d}": right[n].astype(int).tolist() for n in range(300)}
    found = examined(exam(people, framework), framework)
    off = found.theta - found.theta.mean() - (truth - truth.mean())
    assert np.corrcoef(found.theta, truth)[0, 1] > 0.85
    assert 0.86 < (np.abs(off) < 1.645 * found.theta_se).mean() < 0.94


def outcomes(rows: Sequence[tuple[str, str, float, float | None, float | None, float]]) -> Evidence:
    names = ("ratee", "item", "value", "target", "baseline", "weight")
    data = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    return Evidence(outcomes=frame({**data, "cycle": ["2026"] * len(rows)}))


def test_attainment_is_clipped_and_runs_either_way() -> None:
    found = attainment(np.array([5.0, 15, 8, 3]), np.array([0.0, 10, 10, 3]), np.array([10.0, 12, 4, 3]))
    np.testing.assert_allclose(found, [0.5, 1, 1 / 3, np.nan])


def test_results_are_combined_by_weight_with_an_error(framework: Framework) -> None:
    items = {one.id: one for one in framework.outcomes if one.factor == "performance_goals"}
    first, second = list(items.values())[:2]
    evidence = outcomes([("ada", first.id, 80, 100, 0, 1.0), ("ada", second.id, 30, 60, None, 1.0)])
    results = results_of(evidence, framework)
    assert results is not None
    found = achieved_factor(results, framework, "performance_goals", occasions_of([results]))
    assert found is not None
    whole = first.weight + second.weight
    assert found.value[0] == pytest.approx(100 * (0.8 * first.weight + 0.5 * second.weight) / whole)
    error = np.hypot(first.weight * first.se, second.weight * second.se) / whole
    assert found.se[0] == pytest.approx(100 * error)


def test_many_readings_of_one_result_do_not_outweigh_another(framework: Framework) -> None:
    first, second = [one for one in framework.outcomes if one.factor == "performance_goals"][:2]
    once = [("a", first.id, 100, 100, 0, 1.0), ("a", second.id, 0, 100, 0, 1.0)]
    often = [*once, *[("a", first.id, 100, 100, 0, 1.0)] * 3]
    values = []
    for rows in (once, often):
        results = results_of(outcomes(rows), framework)
        assert results is not None
        found = achieved_factor(results, framework, "performance_goals", occasions_of([results]))
        assert found is not None
        values.append((found.value[0], found.se[0], found.n[0], found.n_items[0]))
    assert values[0][0] == pytest.approx(values[1][0])
    assert values[1][1] < values[0][1]
    assert (values[1][2], values[1][3]) == (5, 2)


def test_a_result_without_a_target_is_left_out_and_counted(framework: Framework) -> None:
    first = next(one for one in framework.outcomes if one.factor == "performance_goals")
    results = results_of(
        outcomes([("a", first.id, 5, None, 0, 1.0), ("b", first.id, 5, 10, 0, 1.0)]), framework
    )
    assert results is not None
    assert (results.n_unusable, len(results.share)) == (1, 1)
    assert results_of(outcomes([("a", first.id, 5, 5, 5, 1.0)]), framework) is None


def test_a_share_is_taken_as_it_is(framework: Framework) -> None:
    first = next(one for one in framework.outcomes if one.factor == "performance_goals")
    shares = replace(framework, outcomes=(replace(first, rule="share", title=Text("", "")),))
    results = results_of(outcomes([("a", first.id, 0.7, None, None, 1.0)]), shares)
    assert results is not None
    assert results.share.tolist() == [0.7]
