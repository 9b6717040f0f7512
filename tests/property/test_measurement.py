"""What must hold of measurement whatever the ratings are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.measurement.made import joint

from leadline.evidence.frames import Frame, frame
from leadline.measurement import FacetFit
from leadline.measurement.kernels.cells import collapse
from leadline.measurement.kernels.location import located
from leadline.measurement.kernels.residuals import Sums, fit_from_sums
from leadline.measurement.kernels.system import Point, System, curvature, evaluate, information

QUICK = settings(max_examples=15, deadline=None)
SEEDS = st.integers(0, 2**32 - 1)
MODELS = st.sampled_from(["rating-scale", "partial-credit"])


def ratings(seed: int, kept: float = 0.85) -> Frame:
    """Incomplete ratings of 12 ratees by 6 raters on 5 items, with one severe and one mild rater."""
    draw = np.random.default_rng(seed)
    theta, severity = draw.normal(0, 1, 12), np.array([-1.0, -0.3, 0, 0, 0.3, 1.0])
    rows = [
        (
            f"p{p:02d}",
            f"r{r}",
            f"i{i}",
            int(np.clip(round(3 + theta[p] - severity[r] + draw.normal(0, 1.2)), 1, 5)),
        )
        for p in range(12)
        for r in range(6)
        for i in range(5)
        if draw.random() < kept
    ]
    return frame(
        dict(zip(("ratee", "rater", "item", "rating"), map(list, zip(*rows, strict=True)), strict=True))
    )


def same(
    one: FacetFit, other: FacetFit, names: tuple[str, ...] = ("measure", "se", "infit_mnsq", "fair_mean")
) -> None:
    for facet, measures in one.facets.items():
        for name in names:
            np.testing.assert_allclose(
                getattr(other.facets[facet], name), getattr(measures, name), rtol=1e-7, atol=1e-7
            )


@QUICK
@given(SEEDS, SEEDS, MODELS)
def test_the_order_of_ratings_changes_nothing(seed: int, order: int, model: str) -> None:
    table = ratings(seed)
    shuffled = table.sample(fraction=1, shuffle=True, seed=order)
    one, other = joint(table, model=model), joint(shuffled, model=model)
    for facet, measures in one.facets.items():
        np.testing.assert_array_equal(other.facets[facet].measure, measures.measure)
    assert one.input_hash == other.input_hash


@QUICK
@given(SEEDS, st.permutations(range(12)), MODELS)
def test_the_names_of_people_change_nothing(seed: int, order: list[int], model: str) -> None:
    table = ratings(seed)
    renamed = {f"p{p:02d}": f"q{order[p]:02d}" for p in range(12)}
    other = joint(table.with_columns(table.get_column("ratee").replace(renamed)), model=model)
    one = joint(table, model=model)
    found = dict(zip(other.facets["ratee"].elements, other.facets["ratee"].measure, strict=True))
    back = [found[renamed[name]] for name in one.facets["ratee"].elements]
    np.testing.assert_allclose(back, one.facets["ratee"].measure, atol=1e-7)
    np.testing.assert_allclose(other.facets["rater"].measure, one.facets["rater"].measure, atol=1e-7)


@QUICK
@given(SEEDS, st.integers(-50, 50), MODELS)
def test_another_origin_of_the_scale_moves_averages_alone(seed: int, shift: int, model: str) -> None:
    table = ratings(seed)
    moved = joint(table.with_columns(table.get_column("rating") + shift), model=model)
    one = joint(table, model=model)
    same(one, moved, ("measure", "se", "infit_mnsq", "outfit_z"))
    for facet, measures in one.facets.items():
        np.testing.assert_allclose(moved.facets[facet].raw_mean, measures.raw_mean + shift, atol=1e-9)
        np.testing.assert_allclose(moved.facets[facet].fair_mean, measures.fair_mean + shift, atol=1e-6)


@QUICK
@given(SEEDS, st.floats(-3, 3), MODELS)
def test_a_constant_added_to_severity_is_taken_up_by_ratees(seed: int, shift: float, model: str) -> None:
    one = joint(ratings(seed), model=model, noncentered="ratee")
    raters = one.facets["rater"]
    anchors = {"rater": dict(zip(raters.elements, (raters.measure + shift).tolist(), strict=True))}
    moved = joint(ratings(seed), model=model, noncentered="ratee", anchors=anchors)
    np.testing.assert_allclose(moved.facets["ratee"].measure, one.facets["ratee"].measure + shift, atol=1e-6)
    assert moved.log_likelihood == pytest.approx(one.log_likelihood, abs=1e-6)


@QUICK
@given(SEEDS, st.integers(1, 11))
def test_sums_for_fit_add_up_over_parts_of_the_data(seed: int, cut: int) -> None:
    draw = np.random.default_rng(seed)
    left, right = (Sums(*draw.uniform(1, 2, (12, 4))) for _ in range(2))
    whole = Sums(*(a + b for a, b in zip(left, right, strict=True)))
    assert fit_from_sums(whole).outfit_mnsq == pytest.approx((left.outer + right.outer) / (left.n + right.n))
    # Cells of ratees on either side of a cut are the cells of the whole.
    ratee, rater = np.repeat(np.arange(12), 3), np.tile(np.arange(3), 12)
    item = draw.integers(0, 2, 36)
    whole_cells = collapse([ratee, rater], [12, 3], item, 2)
    parts = [collapse([ratee[m], rater[m]], [12, 3], item[m], 2) for m in (ratee < cut, ratee >= cut)]
    assert len(whole_cells.start) == sum(len(part.start) for part in parts)


@QUICK
@given(SEEDS)
def test_every_likelihood_is_higher_at_the_estimates_than_beside_them(seed: int) -> None:
    found = joint(ratings(seed))
    assert found.calibration is not None
    if found.converged:
        for sums in found.calibration.summary.elements:
            assert np.abs(sums.residual).max() < 1e-6


@QUICK
@given(SEEDS)
def test_a_higher_score_never_has_a_lower_location(seed: int) -> None:
    draw = np.random.default_rng(seed)
    steps = np.tile(draw.normal(0, 2, (1, 10, 4)), (41, 1, 1)).reshape(-1, 4)
    offset = np.tile(draw.normal(0, 1, 10), 41)
    score = np.repeat(np.arange(41) / 10, 10)
    found = located(np.repeat(np.arange(41), 10), 41, offset=offset, steps=steps, score=score)
    assert (np.diff(found.location) > 0).all()


def system(seed: int, *, shared: bool, cells: bool) -> tuple[System, Point]:
    """A small random likelihood of three facets and items with different numbers of steps."""
    draw = np.random.default_rng(seed)
    sizes, n_items, n_steps, n = (5, 4, 3), 4, 3, 30
    top = np.full(n_items, n_steps) if shared else draw.integers(1, n_steps + 1, n_items)
    forms = draw.random((3, n_items)) < 0.6
    forms[:, 0] = True
    form = draw.integers(0, 3 if cells else n_items, n).astype(np.int32)
    valid = np.arange(1, n_steps + 1) <= top[:, None]
    made = System(
        index=tuple(draw.integers(0, size, n) for size in sizes),
        sizes=sizes,
        sign=(1.0, -1.0, -1.0),
        form=form,
        forms=forms if cells else None,
        weight=np.ones(n) if cells else draw.uniform(0.5, 2, n),
        score=draw.uniform(0, 3, n),
        start=None,
        counts=draw.uniform(1, 5, (n_items, n_steps + 1)),
        top=top,
        shared=shared,
        free=tuple(np.ones(size, dtype=bool) for size in sizes),
        free_item=np.ones(n_items, dtype=bool),
    )
    locations = tuple(draw.normal(0, 1, size) for size in sizes)
    return made, Point(locations, np.where(valid, draw.normal(0, 1, (n_items, n_steps)), np.inf))


def moved(point: Point, facet: int | None, at: tuple[int, ...], by: float) -> Point:
    if facet is None:
        steps = point.steps.copy()
        steps[at] += by
        return Point(point.locations, steps)
    locations = [x.copy() for x in point.locations]
    locations[facet][at] += by
    return Point(tuple(locations), point.steps)


@QUICK
@given(SEEDS, st.booleans(), st.booleans())
def test_score_equations_are_the_slopes_of_the_likelihood(seed: int, shared: bool, cells: bool) -> None:
    made, point = system(seed, shared=shared, cells=cells)
    found, h = evaluate(made, point), 1e-5
    places = [(f, (e,), made.sign[f] * found.residuals[f][e]) for f in range(3) for e in range(made.sizes[f])]
    places += [(None, at, -found.step_residuals[at]) for at in zip(*np.nonzero(made.valid), strict=True)]
    for facet, at, slope in places:
        ahead, behind = (evaluate(made, moved(point, facet, at, side * h)).value for side in (1, -1))
        assert (ahead - behind) / (2 * h) == pytest.approx(slope, abs=1e-6)


@QUICK
@given(SEEDS, st.booleans(), st.booleans())
def test_curvature_is_the_slope_of_the_score_equations(seed: int, shared: bool, cells: bool) -> None:
    made, point = system(seed, shared=shared, cells=cells)
    bend, h = curvature(made, evaluate(made, point)), 1e-4
    exact, of_items = information(made, evaluate(made, point))

    def slopes(at: Point) -> tuple[np.ndarray, ...]:
        found = evaluate(made, at)
        return (
            *(s * r for s, r in zip(made.sign, found.residuals, strict=True)),
            -made.contract(found.step_residuals),
        )

    for f in range(3):
        for e in range(made.sizes[f]):
            ahead, behind = slopes(moved(point, f, (e,), h)), slopes(moved(point, f, (e,), -h))
            change = [-(a - b) / (2 * h) for a, b in zip(ahead, behind, strict=True)]
            assert exact[f][e] == pytest.approx(change[f][e], abs=1e-4)
            assert bend.diagonal[f][e] == pytest.approx(change[f][e], rel=2e-3, abs=2e-3)
            np.testing.assert_allclose(bend.cross[f][e], change[3], rtol=2e-3, atol=5e-3)
    assert of_items.sum() == pytest.approx(sum(exact[0]), rel=1e-6)
    size = len(bend.items)
    steps = made.expand(np.eye(size)[0]) if made.shared else None
    if steps is not None:
        ahead = slopes(replace_steps(point, h * steps))
        behind = slopes(replace_steps(point, -h * steps))
        np.testing.assert_allclose(bend.items[0], -(ahead[3] - behind[3]) / (2 * h), rtol=2e-3, atol=5e-3)


def replace_steps(point: Point, by: np.ndarray) -> Point:
    return point._replace(steps=point.steps + by)


@QUICK
@given(SEEDS, st.booleans())
def test_an_anchored_item_does_not_move_in_any_direction(seed: int, shared: bool) -> None:
    made, _ = system(seed, shared=shared, cells=True)
    held = replace(made, free_item=np.array([False, True, True, True]))
    draw = np.random.default_rng(seed)
    size = 4 + 3 if shared else 12
    direction = held.project(draw.normal(0, 1, size))
    steps = held.expand(direction)
    if shared:
        assert direction[0] == 0
    else:
        assert steps[0][held.valid[0]].sum() == pytest.approx(0, abs=1e-12)
    assert (steps[~held.valid] == 0).all() or shared
