"""Some ratees measured anew: what is held stays, what changed is found, nothing counts twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.cycles import FRAMEWORK, Cycle, Row, evidence_of, made_cycle, name_of, sheet
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from leadline.errors import MeasurementError
from leadline.evidence import Evidence, read_evidence
from leadline.frameworks import Framework
from leadline.measurement import Measures, measure
from leadline.measurement import held as holding
from leadline.measurement.measuring_anew import measure_anew

# The first fit stops at changes of 5e-5 logits; what is left of the way to its end is found here.
LOGITS, POINTS, SHARE = 5e-4, 5e-3, 1e-4

CYCLE = made_cycle()


@cache
def first_run() -> Measures:
    return measure(CYCLE.evidence(), FRAMEWORK, keep=True)


@pytest.fixture(scope="module")
def first() -> Measures:
    return first_run()


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal to the byte."""
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, csr_array):
        return all(same(getattr(one, part), getattr(other, part)) for part in ("data", "indices", "indptr"))
    if is_dataclass(one):
        return all(same(getattr(one, each.name), getattr(other, each.name)) for each in fields(one))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (tuple, list)):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def of_one(measures: Measures, ratee: str) -> dict[str, Any]:
    """Everything that measures say of one ratee."""
    p = measures.ratees.index(ratee)
    found: dict[str, Any] = {}
    for one in (*measures.dimensions, *measures.competencies):
        label = getattr(one, "id", "") or f"{one.kind}:{one.factor}"  # type: ignore[union-attr]
        found |= {f"{label}:{k}": v[p] for k, v in vars(one).items() if isinstance(v, np.ndarray)}
    for name in ("factor_value", "factor_se", "factor_partial", "information", "n_raters", "n_items"):
        found[name] = getattr(measures, name)[p]
    found |= {name: n[p] for name, n in measures.by_relationship.items()}
    posterior, width = measures.posterior, measures.posterior.mean.shape[1]
    found |= {name: getattr(posterior, name)[p] for name in ("mean", "covariance", "root")}
    found["coupling"] = posterior.coupling[p * width : (p + 1) * width].toarray()
    return found | {"name": measures.names[ratee], "team": measures.team[p]}


def unchanged(before: Measures, after: Measures, ratees: Sequence[str]) -> bool:
    pairs = ((of_one(before, one), of_one(after, one)) for one in ratees)
    return all(same(np.asarray(old[k]), np.asarray(new[k])) for old, new in pairs for k in old)


def without(ratings: list[Row], **wanted: str) -> list[Row]:
    return [row for row in ratings if any(row[key] != value for key, value in wanted.items())]


def test_unchanged_evidence_gives_the_first_run(first: Measures) -> None:
    again = measure_anew(first, CYCLE.evidence(), FRAMEWORK, first.ratees)
    for old, new in zip(first.dimensions, again.dimensions, strict=True):
        np.testing.assert_allclose(new.theta, old.theta, atol=LOGITS)
        np.testing.assert_allclose(new.theta_se, old.theta_se, rtol=SHARE)
        np.testing.assert_allclose(new.value, old.value, atol=POINTS)
        np.testing.assert_allclose(new.se, old.se, atol=POINTS)
        assert all(same(getattr(new, name), getattr(old, name)) for name in ("n", "n_raters", "n_items"))
    for one, other in zip(first.competencies, again.competencies, strict=True):
        np.testing.assert_allclose(other.value, one.value, atol=POINTS)
        np.testing.assert_allclose(other.se, one.se, atol=POINTS)
        np.testing.assert_array_equal(other.self_value, one.self_value)
        assert same(other.n_raters, one.n_raters)
        assert same(other.n_items, one.n_items)
    np.testing.assert_allclose(again.factor_value, first.factor_value, atol=POINTS)
    np.testing.assert_allclose(again.factor_se, first.factor_se, atol=POINTS)
    np.testing.assert_allclose(again.information, first.information, atol=1e-3)
    np.testing.assert_allclose(again.posterior.root, first.posterior.root, atol=LOGITS)
    np.testing.assert_allclose(
        again.posterior.coupling.toarray(), first.posterior.coupling.toarray(), atol=LOGITS
    )
    plain = ("ratees", "names", "team", "factor_partial", "n_raters", "n_items", "by_relationship", "notices")
    assert all(same(getattr(again, name), getattr(first, name)) for name in plain)


def test_one_cycle_of_several_is_measured_anew() -> None:
    """The example organisation: two cycles, some evidence without one."""
    acme = read_evidence(Path(__file__).parents[3] / "examples" / "acme", FRAMEWORK)
    before = measure(acme, FRAMEWORK, keep=True)
    after = measure_anew(before, acme, FRAMEWORK, before.ratees[:5])
    assert unchanged(before, after, before.ratees[5:])
    assert after.previous is before.previous
    for old, new in zip(before.dimensions, after.dimensions, strict=True):
        np.testing.assert_allclose(new.value, old.value, atol=0.02)
        np.testing.assert_allclose(new.se, old.se, atol=0.02)
        assert all(same(getattr(new, name), getattr(old, name)) for name in ("n", "n_raters", "n_items"))
    for one, other in zip(before.competencies, after.competencies, strict=True):
        np.testing.assert_allclose(other.value, one.value, atol=0.02)
        np.testing.assert_allclose(other.self_value, one.self_value, atol=1e-6)
        assert same(other.n_raters, one.n_raters)
    assert same(after.n_raters, before.n_raters)
    assert same(after.n_items, before.n_items)
    assert same(dict(after.by_relationship), dict(before.by_relationship))


def test_exam_and_results_are_among_what_is_measured_anew(first: Measures) -> None:
    assert {one.kind for one in first.dimensions} == {"ratings", "exam", "outcomes"}
    better = [{**row, "value": row["target"]} for row in CYCLE.outcomes]
    after = measure_anew(first, evidence_of(CYCLE.ratings, CYCLE.responses, better), FRAMEWORK, [name_of(3)])
    old, new = (next(d for d in m.dimensions if d.kind == "outcomes") for m in (first, after))
    assert new.value[3] > old.value[3]
    only_answers = [row for row in CYCLE.responses if row["ratee"] == name_of(2)][:5]
    after = measure_anew(first, evidence_of(CYCLE.ratings, only_answers, []), FRAMEWORK, [name_of(2)])
    exam = next(d for d in after.dimensions if d.kind == "exam")
    assert exam.n[2] == 5
    assert exam.se[2] > next(d for d in first.dimensions if d.kind == "exam").se[2]


def rated_anew(seed: int, ratees: Sequence[str]) -> Evidence:
    """Some ratees lose a rater, get a new one, and another changes the ratings."""
    draw = np.random.default_rng(seed)
    ratings = list(CYCLE.ratings)
    for ratee in ratees:
        p = int(ratee.removeprefix("ratee"))
        own = sorted({row["rater"] for row in ratings if row["ratee"] == ratee} - {ratee})
        ratings = without(ratings, ratee=ratee, rater=own[0])
        ratings += sheet(FRAMEWORK, CYCLE.truth, (p, f"new{draw.integers(3)}", "peer"), 0.3, draw)
        ratings = [
            {**row, "rating": int(draw.integers(1, 6))}
            if (row["ratee"], row["rater"]) == (ratee, own[1])
            else row
            for row in ratings
        ]
    return evidence_of(ratings, CYCLE.responses, CYCLE.outcomes)


@settings(max_examples=10, deadline=None)
@given(
    st.sets(st.sampled_from([name_of(p) for p in range(24)]), min_size=1, max_size=6),
    st.integers(0, 2**32 - 1),
)
def test_everybody_else_stays_to_the_byte_and_nobody_depends_on_who_else_changed(
    changed: set[str], seed: int
) -> None:
    first = first_run()
    ratees = sorted(changed)
    evidence = rated_anew(seed, ratees)
    after = measure_anew(first, evidence, FRAMEWORK, ratees)
    assert unchanged(first, after, [one for one in first.ratees if one not in changed])
    assert same(after.held, first.held)
    for old, new in zip(first.dimensions, after.dimensions, strict=True):
        assert same(old.curve, new.curve)
    assert not unchanged(first, after, ratees[:1])
    alone = measure_anew(first, evidence, FRAMEWORK, ratees[:1])
    one, other = of_one(alone, ratees[0]), of_one(after, ratees[0])
    for name in one:
        exact = name in ("mean", "covariance", "root", "coupling") or ":theta" in name
        assert not exact or same(np.asarray(one[name]), np.asarray(other[name]))
        if isinstance(one[name], float):
            assert one[name] == pytest.approx(other[name], rel=1e-9, nan_ok=True)
    again = measure_anew(first, evidence, FRAMEWORK, ratees)
    assert same(replace(again, framework=None), replace(after, framework=None))  # type: ignore[arg-type]


def test_extreme_sheets_move_as_far_as_the_group_lets_them(first: Measures) -> None:
    values = []
    for rating in (1, 5):
        rows = [{**row, "rating": rating} if row["ratee"] == name_of(4) else row for row in CYCLE.ratings]
        after = measure_anew(
            first, evidence_of(rows, CYCLE.responses, CYCLE.outcomes), FRAMEWORK, [name_of(4)]
        )
        rated = [one for one in after.dimensions if one.kind == "ratings"]
        assert all(np.isfinite(one.theta[4]) and 0 < one.theta_se[4] < 2 for one in rated)
        values.append(np.array([one.value[4] for one in rated]))
    assert (values[0] < 25).all()
    assert (values[1] > 75).all()


def test_one_new_rater_alone_tells_less_than_those_who_are_known(first: Measures) -> None:
    p = 5
    own = [row for row in CYCLE.ratings if row["ratee"] == name_of(p)]
    known = min(row["rater"] for row in own if row["rater"] != name_of(p))
    rows = [row for row in own if row["rater"] == known]
    by_known = measure_anew(first, evidence_of(rows), FRAMEWORK, [name_of(p)])
    by_new = measure_anew(
        first, evidence_of([{**row, "rater": "new"} for row in rows]), FRAMEWORK, [name_of(p)]
    )
    assert by_new.n_raters[p] == by_known.n_raters[p] == 1
    for d, one in enumerate(first.dimensions):
        if one.kind == "ratings":
            before, known_se, new_se = (m.dimensions[d].theta_se[p] for m in (first, by_known, by_new))
            assert before < known_se < new_se


def test_a_rater_who_is_gone_tells_nothing_more(first: Measures) -> None:
    p = 6
    gone = max(
        row["rater"] for row in CYCLE.ratings if row["ratee"] == name_of(p) and row["rater"] != name_of(p)
    )
    kept = CYCLE.evidence(lambda rows: without(rows, ratee=name_of(p), rater=gone))
    after = measure_anew(first, kept, FRAMEWORK, [name_of(p)])
    assert after.n_raters[p] == first.n_raters[p] - 1
    anybody = [{**row, "rating": 6 - row["rating"]} for row in CYCLE.ratings if row["ratee"] != name_of(p)]
    own = [row for row in CYCLE.ratings if row["ratee"] == name_of(p) and row["rater"] != gone]
    other = measure_anew(
        first, evidence_of([*anybody, *own], CYCLE.responses, CYCLE.outcomes), FRAMEWORK, [name_of(p)]
    )
    assert unchanged(after, other, first.ratees)


def test_a_new_participant_is_measured_and_the_others_keep_theirs(first: Measures) -> None:
    draw = np.random.default_rng(1)
    rows = [
        {**row, "ratee": "newcomer"}
        for r in range(4)
        for row in sheet(FRAMEWORK, CYCLE.truth, (0, f"rater{r:03d}", "peer"), CYCLE.truth.severity[r], draw)
    ]
    after = measure_anew(
        first, evidence_of([*CYCLE.ratings, *rows], CYCLE.responses), FRAMEWORK, ["newcomer"]
    )
    assert after.ratees == ("newcomer", *first.ratees)
    assert unchanged(first, after, first.ratees)
    assert np.isfinite(after.factor_value[0]).all()
    later = measure_anew(after, evidence_of(CYCLE.ratings), FRAMEWORK, ["newcomer"])
    assert np.isnan(later.factor_value[0]).all()
    assert unchanged(first, later, first.ratees)


def test_a_ratee_without_rows_loses_all_figures(first: Measures) -> None:
    evidence = CYCLE.evidence(lambda rows: [row for row in rows if row["ratee"] != name_of(1)])
    after = measure_anew(first, evidence, FRAMEWORK, [name_of(1)])
    assert np.isnan(after.factor_value[1]).all()
    assert all(np.isnan(one.value[1]) for one in after.competencies)
    assert after.n_raters[1] == 0
    assert after.factor_partial[1].all()
    assert unchanged(first, after, [one for one in first.ratees if one != name_of(1)])
    np.testing.assert_array_equal(after.posterior.mean[1], first.held.mean[: first.held.free])  # type: ignore[union-attr]


def test_ratings_that_the_calibration_never_met_do_no_harm() -> None:
    upper = [{**row, "rating": max(row["rating"], 2)} for row in CYCLE.ratings]
    known = FRAMEWORK.items[0].id
    before = measure(evidence_of([row for row in upper if row["item"] != known]), FRAMEWORK, keep=True)
    after = measure_anew(before, CYCLE.evidence(), FRAMEWORK, [name_of(0)])
    without_item = measure_anew(
        before, evidence_of(without(CYCLE.ratings, item=known)), FRAMEWORK, [name_of(0)]
    )
    rated = [d for d, one in enumerate(before.dimensions) if one.kind == "ratings"]
    for d in rated:
        assert after.dimensions[d].theta[0] == without_item.dimensions[d].theta[0]
        assert np.isfinite(after.dimensions[d].theta[0])


def test_more_raters_than_can_be_factored_give_the_same(
    first: Measures, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = rated_anew(3, [name_of(7)])
    wanted = of_one(measure_anew(first, evidence, FRAMEWORK, [name_of(7)]), name_of(7))
    monkeypatch.setattr(holding, "DENSE", 0)
    plain = replace(first, held=replace(first.held))  # type: ignore[type-var]
    found = of_one(measure_anew(plain, evidence, FRAMEWORK, [name_of(7)]), name_of(7))
    np.testing.assert_allclose(found["mean"], wanted["mean"], atol=1e-6)
    np.testing.assert_allclose(found["covariance"], wanted["covariance"], atol=1e-6)


def one_factor() -> Framework:
    """One factor with one competency, so that a ratee is one number."""
    competency = FRAMEWORK.competencies[0]
    return replace(
        FRAMEWORK,
        factors=(FRAMEWORK.factor(competency.factor),),
        competencies=(competency,),
        items=FRAMEWORK.items_of(competency.id),
        exam=(),
        outcomes=(),
    )


def one_number(change: Callable[[list[Row]], list[Row]] = list) -> tuple[Framework, Cycle, Measures]:
    framework = one_factor()
    made = made_cycle(20, 40, 6, exam=False, framework=framework, seed=4)
    return (
        framework,
        made,
        measure(evidence_of(change(made.ratings), framework=framework), framework, keep=True),
    )


def only_peers(rows: list[Row]) -> list[Row]:
    return [row if row["relationship"] == "self" else {**row, "relationship": "peer"} for row in rows]


def test_one_dimension_with_more_raters_than_ratees() -> None:
    framework, made, before = one_number()
    evidence = evidence_of(made.ratings, framework=framework)
    after = measure_anew(before, evidence, framework, before.ratees)
    np.testing.assert_allclose(after.dimensions[0].theta, before.dimensions[0].theta, atol=LOGITS)
    np.testing.assert_allclose(after.dimensions[0].theta_se, before.dimensions[0].theta_se, rtol=SHARE)


def test_new_raters_agree_with_the_exact_posterior_by_integration() -> None:
    """Severity and halo of a new rater are one normal number: two nested integrals are the whole model."""
    framework, made, before = one_number(only_peers)
    held, name = before.held, name_of(8)
    assert held is not None
    rows = [
        {**row, "rater": f"new-{row['rater']}", "relationship": "peer"}
        for row in made.ratings
        if row["ratee"] == name and row["rater"] != name
    ]
    after = measure_anew(before, evidence_of(rows, framework=framework), framework, [name])
    scale = held.scales[0].scale
    theta = np.linspace(-6, 6, 1201)
    severity, weight = np.polynomial.hermite_e.hermegauss(61)
    severity = severity * np.sqrt(held.variance["rater"] + held.halo)
    log_density = -0.5 * (theta - held.mean[0]) ** 2 / held.covariance[0, 0]
    for rater in {row["rater"] for row in rows}:
        log_likelihood = np.zeros((len(theta), len(severity)))
        for row in rows:
            if row["rater"] == rater:
                steps = scale.steps[scale.items.index(row["item"])]
                eta = (theta[:, None] - severity)[..., None]
                logits = np.concatenate([np.zeros_like(eta), np.cumsum(eta - steps, axis=2)], axis=2)
                rung = int(scale.rung_of(np.array([row["rating"]]))[0])
                log_likelihood += logits[..., rung] - np.logaddexp.reduce(logits, axis=2)
        log_density += np.log(np.exp(log_likelihood) @ (weight / weight.sum()))
    density = np.exp(log_density - log_density.max())
    density /= density.sum()
    mean = float(theta @ density)
    variance = float((theta - mean) ** 2 @ density)
    # The place of the zero, the mean of the first run's raters, has an error too.
    variance += float(held.zero @ np.linalg.inv(held.messages.precision(held.prior).toarray()) @ held.zero)
    found = after.dimensions[0]
    # What is left is the error of the variational approximation, as in any fit.
    assert found.theta[8] == pytest.approx(mean, abs=0.02)
    assert found.theta_se[8] == pytest.approx(np.sqrt(variance), rel=0.03)


def test_keeping_changes_nothing_else(first: Measures, tmp_path: Path) -> None:
    plain = measure(CYCLE.evidence(), FRAMEWORK)
    assert plain.held is None
    for name, one in (("kept", first), ("plain", plain)):
        fits = {factor: replace(fit, seconds=0.0) for factor, fit in one.fits.items()}
        replace(one, fits=fits).save(tmp_path / name)
    files = sorted(
        path.relative_to(tmp_path / "plain") for path in (tmp_path / "plain").rglob("*") if path.is_file()
    )
    assert files
    assert all(
        (tmp_path / "kept" / one).read_bytes() == (tmp_path / "plain" / one).read_bytes() for one in files
    )
    assert Measures.load(tmp_path / "kept").held is None


def test_measures_that_hold_nothing_are_refused(first: Measures) -> None:
    with pytest.raises(MeasurementError, match="keep=True"):
        measure_anew(replace(first, held=None), CYCLE.evidence(), FRAMEWORK, [name_of(0)])
