from dataclasses import replace
from math import isnan

import numpy as np
import pytest
from tests.unit.reports.cast import make_scorecard

from leadline.frameworks import load_framework
from leadline.reports.lens import Lens, Reading
from leadline.reports.movement import gains, moves
from leadline.reports.profile import factor_expectation, group_means, side, standings
from leadline.reports.ranking import pairing, places, sureness
from leadline.scoring import Scorecard


@pytest.fixture(scope="module")
def lens(scorecard: Scorecard) -> Lens:
    return Lens(scorecard, "en")


def test_a_person_is_below_or_above_only_with_the_whole_interval() -> None:
    assert side(Reading(50, 45, 55, 3), 56) == "below"
    assert side(Reading(50, 45, 55, 3), 55) == "around"
    assert side(Reading(50, 45, 55, 3), 44) == "above"


def test_counts_below_open_and_above_add_up_to_the_people_with_a_figure(lens: Lens) -> None:
    for _, group in standings(lens):
        for one in group:
            assert 0 <= one.n_below + one.n_above <= one.n <= len(lens.card.ratees)
            assert one.low <= one.mean <= one.high


def test_a_factor_is_expected_at_the_weighted_mean_of_its_competencies() -> None:
    framework = load_framework("technical-leadership")
    first, second = framework.competencies_of("business_insight")[:2]
    parts = (replace(first, weight=3.0, expectation=40.0), replace(second, weight=1.0, expectation=80.0))
    assert factor_expectation(replace(framework, competencies=parts), "business_insight") == 50


def test_a_group_of_few_has_no_mean_to_show_to_its_members() -> None:
    small = Lens(make_scorecard([("a", "A", None), ("b", "B", None), ("c", "C", None)]), "en")
    assert not small.shows_group
    assert all(isnan(mean) for mean in group_means(small, more_than=4))


def test_parts_of_a_move_add_up_to_the_change_exactly(lens: Lens) -> None:
    for against in ("group", "cycle"):
        found = moves(lens, against)
        assert found
        for one in found:
            assert sum(one.parts) == pytest.approx(one.change, abs=1e-9)


def test_a_gain_is_what_one_more_point_adds(lens: Lens) -> None:
    row = lens.card.ratees.index("ada")
    score = lens.card.factor_score[row]
    now = 100 * np.prod((score / 100) ** 0.25)
    score = score.copy()
    score[1] += 1
    assert gains(lens, row)[1] == pytest.approx(100 * np.prod((score / 100) ** 0.25) - now)


def test_places_follow_the_ranking_and_hidden_people_have_none(lens: Lens) -> None:
    found = places(lens)
    assert [one.rank for one in found] == sorted(one.rank for one in found)
    assert "Zoë Müller" not in [one.name for one in found]
    assert [lens.name(row) for row in lens.unranked] == ["Zoë Müller"]


def test_pairs_are_told_apart_at_the_level_of_the_scorecard(lens: Lens) -> None:
    found = pairing(lens)
    n = len(lens.order)
    assert found.pairs == n * (n - 1) // 2
    assert 0 < found.told < found.pairs
    assert all(len(group) > 1 for group in found.groups)
    assert found.grid[0][1] == pytest.approx(1 - found.grid[1][0])


def test_the_depth_of_a_pair_grows_with_its_certainty() -> None:
    assert [sureness(p) for p in (0.1, 0.59, 0.6, 0.75, 0.9)] == [0, 0, 1, 2, 3]
