"""What must hold of a fit and its diagnostics by both methods and both ways of adding ratings up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.evidence.frames import Frame, frame, rows
from leadline.measurement import FacetFit, fit
from leadline.measurement.kernels import cells
from leadline.measurement.kernels.testing import adjusted, discoveries

FEW = settings(max_examples=6, deadline=None)
SEEDS = st.integers(0, 2**32 - 1)
METHODS = st.sampled_from(["joint", "marginal"])
SHARES = st.sampled_from([1.0, 0.8])
"""Ratings that are there: whole forms, which are added up as cells, or so many item sets that rows stay."""


def ratings(seed: int, kept: float) -> Frame:
    """Ratings of 12 ratees by 6 raters on 5 items."""
    draw = np.random.default_rng(seed)
    theta, severity = draw.normal(0, 1, 12), np.array([-1.0, -0.3, 0, 0, 0.3, 1.0])
    found = [
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
    names = ("ratee", "rater", "item", "rating")
    return frame(dict(zip(names, map(list, zip(*found, strict=True)), strict=True)))


def numbers(found: FacetFit) -> dict[tuple[str, ...], float]:
    """Every figure of the tables by what it is about."""
    known: dict[tuple[str, ...], float] = {}
    for facet, measures in found.facets.items():
        for n, name in enumerate(measures.elements):
            for column in ("measure", "se", "infit_mnsq", "outfit_z", "fair_mean"):
                known[facet, name, column] = float(getattr(measures, column)[n])
    for row in rows(found.diagnostics.rater_effects):
        known[row["rater"], row["effect"], row["partner"]] = row["statistic"]
    for row in rows(found.diagnostics.categories):
        for column in ("average_measure", "expected_measure", "outfit_mnsq", "threshold"):
            known["category", str(row["category"]), column] = np.nan if row[column] is None else row[column]
    for row in rows(found.diagnostics.links):
        if row["comparison_se"] is not None:
            known["link", row["element"]] = row["comparison_se"]
    return known


def assert_same(one: FacetFit, other: FacetFit, within: float, renamed: dict[str, str] | None = None) -> None:
    names = renamed or {}
    wanted = {tuple(names.get(part, part) for part in what): value for what, value in numbers(one).items()}
    found = numbers(other)
    assert found.keys() == wanted.keys()
    for what, value in wanted.items():
        assert found[what] == pytest.approx(value, abs=within, rel=within, nan_ok=True), what


@FEW
@given(SEEDS, SEEDS, METHODS, SHARES)
def test_the_order_of_rows_changes_no_figure(seed: int, order: int, method: str, kept: float) -> None:
    table = ratings(seed, kept)
    shuffled = table.sample(fraction=1, shuffle=True, seed=order)
    assert_same(fit(table, method=method), fit(shuffled, method=method), 0.0)


@FEW
@given(SEEDS, st.permutations(range(12)), st.permutations(range(6)), METHODS, SHARES)
def test_the_names_of_people_change_no_figure(
    seed: int, people: list[int], raters: list[int], method: str, kept: float
) -> None:
    table = ratings(seed, kept)
    names = {f"p{n:02d}": f"q{people[n]:02d}" for n in range(12)} | {
        f"r{n}": f"s{raters[n]}" for n in range(6)
    }
    other = table.with_columns(
        table.get_column("ratee").replace(names), table.get_column("rater").replace(names)
    )
    assert_same(fit(table, method=method), fit(other, method=method), 2e-4, names)


@FEW
@given(SEEDS, st.integers(1, 100), METHODS, SHARES)
def test_a_table_put_together_from_parts_is_the_same_table(
    seed: int, cut: int, method: str, kept: float
) -> None:
    table = ratings(seed, kept)
    parts = [table.slice(begin, cut) for begin in range(0, table.height, cut)][::-1]
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.vstack(part)
    assert_same(fit(table, method=method), fit(whole, method=method), 0.0)


@FEW
@given(SEEDS, METHODS)
def test_cells_and_single_rows_give_the_same_figures(seed: int, method: str) -> None:
    table = ratings(seed, 1.0)
    collapsed = fit(table, method=method)
    _ = collapsed.diagnostics
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cells, "MOST_FORMS", 0)
        single = fit(table, method=method)
        _ = single.diagnostics
    assert collapsed.calibration is not None
    assert_same(collapsed, single, 1e-6)


@FEW
@given(SEEDS, st.floats(-3, 3), METHODS)
def test_a_constant_added_to_every_severity_is_taken_up_by_ratees(
    seed: int, shift: float, method: str
) -> None:
    table = ratings(seed, 0.8)
    severity = dict(zip([f"r{n}" for n in range(6)], [-1.0, -0.3, 0, 0, 0.3, 1.0], strict=True))
    one = fit(table, method=method, anchors={"rater": severity})
    moved = fit(
        table, method=method, anchors={"rater": {name: value + shift for name, value in severity.items()}}
    )
    known = np.isfinite(one.facets["ratee"].measure) & ~one.facets["ratee"].extreme
    change = (moved.facets["ratee"].measure - one.facets["ratee"].measure)[known]
    np.testing.assert_allclose(change, shift, atol=2e-3)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.01, 0.2))
def test_adjusted_p_values_keep_order_and_never_fall_below_the_p_values(p: list[float], rate: float) -> None:
    values = np.array(p)
    q = adjusted(values)
    assert (q >= values - 1e-12).all()
    assert (np.diff(q[np.argsort(values, kind="stable")]) >= -1e-12).all()
    assert (discoveries(values, rate) == (q <= rate)).all()
