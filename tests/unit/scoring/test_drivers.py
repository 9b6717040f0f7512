from __future__ import annotations

import numpy as np
import pytest
from tests.unit.scoring.measured import FACTORS, measured

from leadline.scoring import Driver, Scorecard, composite, score

NOW = [[85, 80, 75, 90], [70, 72, 68, 75], [60, 78, 66, 71]]
BEFORE = [[80, 80, 70, 95], [66, 72, 70, 70]]


def drivers(card: Scorecard, ratee: str, kind: str) -> list[Driver]:
    return [one for one in card.drivers if (one.ratee, one.kind) == (ratee, kind)]


@pytest.mark.parametrize(
    ("formula", "rho"), [("geometric", None), ("product", None), ("arithmetic", None), ("ces", -2.0)]
)
@pytest.mark.parametrize("kind", ["group", "cycle"])
def test_drivers_sum_exactly_to_the_difference(formula: str, rho: float | None, kind: str) -> None:
    card = score(measured(NOW, previous=measured(BEFORE)), formula=formula, rho=rho)
    for p, ratee in enumerate(card.ratees[: 3 if kind == "group" else 2]):
        found = drivers(card, ratee, kind)
        assert [one.factor for one in found] == list(FACTORS)
        (ends,) = {(one.from_score, one.to_score) for one in found}
        assert ends[1] == card.overall[p]
        assert sum(one.contribution for one in found) == pytest.approx(
            ends[1] - ends[0], rel=1e-12, abs=1e-12
        )


def test_the_group_is_the_person_with_mean_factors() -> None:
    card = score(measured(NOW))
    means = composite(np.mean(NOW, axis=0), card.weights)
    assert {one.from_score for one in card.drivers if one.kind == "group"} == {means}


def test_the_last_cycle_is_the_persons_own() -> None:
    last = measured(BEFORE, ratees=["p1", "p0"])
    card = score(measured(NOW, previous=last))
    assert drivers(card, "p0", "cycle")[0].from_score == composite(BEFORE[1], card.weights)
    assert drivers(card, "p2", "cycle") == []


def test_nobody_is_compared_with_a_cycle_in_which_other_factors_were_known() -> None:
    before = np.array(BEFORE, dtype=float)
    before[0, 2] = np.nan
    card = score(measured(NOW, previous=measured(before)))
    assert drivers(card, "p0", "cycle") == []
    assert len(drivers(card, "p1", "cycle")) == 4


def test_a_factor_missing_in_both_cycles_moved_nothing() -> None:
    now, before = np.array(NOW, dtype=float), np.array(BEFORE, dtype=float)
    now[0, 2] = before[0, 2] = np.nan
    found = drivers(score(measured(now, previous=measured(before))), "p0", "cycle")
    assert (found[2].contribution, found[2].lower, found[2].upper) == (0, 0, 0)
    assert found[0].contribution > 0


def test_a_factor_that_nobody_had_last_time_leaves_no_comparison() -> None:
    before = np.array(BEFORE, dtype=float)
    before[:, 3] = np.nan
    card = score(measured(NOW, previous=measured(before)))
    assert not [one for one in card.drivers if one.kind == "cycle"]
    card = score(measured(NOW, previous=measured(before[:, :3], factors=FACTORS[:3])))
    assert not [one for one in card.drivers if one.kind == "cycle"]


def test_a_missing_factor_stands_at_the_mean_of_the_group_and_drives_nothing() -> None:
    now = np.array(NOW, dtype=float)
    now[0, 1] = np.nan
    card = score(measured(now))
    assert drivers(card, "p0", "group")[1].contribution == pytest.approx(0, abs=1e-9)
    assert [one.factor for one in drivers(card, "p0", "gain")] == [FACTORS[0], FACTORS[2], FACTORS[3]]


def test_a_gain_is_what_one_more_point_would_add() -> None:
    card = score(measured(NOW))
    for one, factor in zip(drivers(card, "p0", "gain"), range(4), strict=True):
        raised = np.array(NOW[0], dtype=float)
        raised[factor] += 1
        assert one.to_score == pytest.approx(composite(raised, card.weights), rel=1e-12)
        assert one.from_score == card.overall[0]
        assert one.contribution == pytest.approx(one.to_score - one.from_score, rel=1e-9)


def test_every_contribution_has_an_interval_that_holds_it() -> None:
    card = score(measured(NOW, previous=measured(BEFORE)))
    for one in card.drivers:
        assert one.lower <= one.contribution <= one.upper
        assert one.lower < one.upper


def test_without_errors_contributions_have_no_interval() -> None:
    card = score({"te": [85, 70], "la": [80, 70], "bi": [75, 70], "pg": [90, 70]})
    assert {one.kind for one in card.drivers} == {"group", "gain"}
    assert np.isnan([one.lower for one in card.drivers]).all()


def test_one_person_has_no_group_to_be_compared_with() -> None:
    assert {one.kind for one in score(measured(NOW[:1])).drivers} == {"gain"}


def test_the_errors_of_two_cycles_are_independent() -> None:
    card = score(measured(NOW, 4.0, previous=measured(NOW, 4.0)), weights=[1, 0, 0, 0], n_draws=4000)
    one = drivers(card, "p0", "cycle")[0]
    assert one.upper - one.lower == pytest.approx(2 * 1.6449 * 4 * np.sqrt(2), rel=0.1)


def test_people_taken_in_blocks_get_the_same_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    source = measured(np.random.default_rng(0).uniform(40, 90, (11, 4)))
    whole = score(source).drivers
    monkeypatch.setattr("leadline.scoring.drivers.NUMBERS_A_BLOCK", 3 * 4 * 1000)
    assert score(source).drivers == whole
