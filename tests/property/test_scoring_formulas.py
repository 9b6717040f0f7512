from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.scoring import attribution, composite, gains

MEANS = st.one_of(
    st.just(("geometric", 0.0)),
    st.just(("arithmetic", 0.0)),
    st.tuples(
        st.just("ces"), st.floats(-60, 60) | st.sampled_from([-np.inf, np.inf, 0.0, 1.0, 1e-12, -1e-12])
    ),
)
EVERY = MEANS | st.just(("product", 0.0))
# A first call may compile, and a busy machine is no fault of the code.
untimed = settings(deadline=None)

FACTOR = st.floats(0.01, 100) | st.just(0.0)


@st.composite
def scored(draw: st.DrawFn, rows: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Rows of factors and the weights of the factors."""
    n = draw(st.integers(1, 6))
    parts = np.array(draw(st.lists(st.integers(0, 20), min_size=n, max_size=n)), dtype=float)
    parts[0] += 1
    x = [draw(st.lists(FACTOR, min_size=n, max_size=n)) for _ in range(rows)]
    return np.array(x), parts / parts.sum()


@untimed
@given(scored(), MEANS)
def test_a_mean_lies_between_the_least_and_the_greatest_factor(
    case: tuple[np.ndarray, np.ndarray], formula: tuple[str, float]
) -> None:
    (x,), weights = case
    counted = x[weights > 0]
    assert counted.min() <= composite(x, weights, *formula) <= counted.max()


@untimed
@given(scored(), MEANS, st.floats(0.01, 50))
def test_a_mean_is_homogeneous_of_degree_one(
    case: tuple[np.ndarray, np.ndarray], formula: tuple[str, float], factor: float
) -> None:
    (x,), weights = case
    whole = composite(factor * x, weights, *formula)
    assert whole == pytest.approx(factor * composite(x, weights, *formula), rel=1e-11, abs=1e-300)


@untimed
@given(scored(), EVERY, st.integers(0, 5), st.floats(0.01, 50))
def test_more_of_a_factor_never_lowers_the_score(
    case: tuple[np.ndarray, np.ndarray], formula: tuple[str, float], which: int, more: float
) -> None:
    (x,), weights = case
    raised = x.copy()
    raised[which % len(x)] += more
    before, after = composite(x, weights, *formula), composite(raised, weights, *formula)
    assert after >= before * (1 - 1e-13)


@untimed
@given(scored(), st.floats(-60, 60), st.floats(0, 20))
def test_a_greater_rho_never_lowers_the_score(
    case: tuple[np.ndarray, np.ndarray], rho: float, more: float
) -> None:
    (x,), weights = case
    lower, higher = (composite(x, weights, "ces", r) for r in (rho, rho + more))
    assert higher >= lower * (1 - 1e-12)


@untimed
@given(scored(), EVERY, st.randoms())
def test_the_order_of_the_factors_does_not_matter(
    case: tuple[np.ndarray, np.ndarray], formula: tuple[str, float], random: object
) -> None:
    (x,), weights = case
    order = np.array(random.sample(range(len(x)), len(x)))  # type: ignore[attr-defined]
    shuffled = composite(x[order], weights[order], *formula)
    assert shuffled == pytest.approx(composite(x, weights, *formula), rel=1e-12)


@untimed
@given(scored(rows=2), EVERY)
def test_parts_sum_to_the_difference_and_change_sign_with_direction(
    case: tuple[np.ndarray, np.ndarray], formula: tuple[str, float]
) -> None:
    (start, end), weights = case
    before, after = (composite(x, weights, *formula) for x in (start, end))
    parts = attribution(start, end, weights, *formula)
    scale = max(before, after)
    assert np.isfinite(parts).all()
    assert abs(parts.sum() - (after - before)) <= 1e-12 * max(scale, np.abs(parts).sum())
    back = attribution(end, start, weights, *formula)
    np.testing.assert_allclose(back, -parts, rtol=1e-9, atol=1e-11 * max(scale, 1e-300))


@untimed
@given(scored(rows=2), EVERY)
def test_a_factor_that_rose_never_has_a_negative_part(
    case: tuple[np.ndarray, np.ndarray], formula: tuple[str, float]
) -> None:
    (start, end), weights = case
    parts = attribution(start, end, weights, *formula)
    assert (parts * np.sign(end - start) >= 0).all()


@untimed
@given(scored(rows=2), EVERY)
def test_a_factor_that_did_not_move_has_no_part(
    case: tuple[np.ndarray, np.ndarray], formula: tuple[str, float]
) -> None:
    (start, end), weights = case
    end[0] = start[0]
    held_at_zero = start[0] == 0
    if not held_at_zero and not np.isinf(formula[1]):
        assert attribution(start, end, weights, *formula)[0] == 0


@untimed
@given(scored(), EVERY)
def test_gains_are_not_negative_and_raise_no_factor_above_100(
    case: tuple[np.ndarray, np.ndarray], formula: tuple[str, float]
) -> None:
    (x,), weights = case
    found = gains(x, weights, *formula)
    assert (found >= 0).all()
    top = composite(np.minimum(x + 1, 100), weights, *formula)
    assert (composite(x, weights, *formula) + found <= top * (1 + 1e-12)).all()
