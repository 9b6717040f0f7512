from __future__ import annotations

import numpy as np
import pytest

from leadline.errors import ScoringError
from leadline.scoring import team_efficiency


def test_the_geometric_form_is_the_cube_root_of_the_product() -> None:
    assert team_efficiency(0.7, 0.8, 0.9, form="geometric") == pytest.approx(0.504 ** (1 / 3))
    assert team_efficiency(0.6, 0.6, 0.6, form="geometric") == pytest.approx(0.6)


def test_arrays_are_taken_together_and_missing_stays_missing() -> None:
    found = team_efficiency([0.5, np.nan], 1.0, [[1.0], [0.5]])
    np.testing.assert_array_equal(found, [[0.5, np.nan], [0.25, np.nan]])


def test_a_part_outside_0_to_1_is_told_by_name() -> None:
    with pytest.raises(ScoringError, match="motivation is 90; it must be from 0 to 1"):
        team_efficiency(0.7, 0.8, 90)


def test_an_unknown_form_is_told() -> None:
    with pytest.raises(ScoringError, match="product, geometric"):
        team_efficiency(0.7, 0.8, 0.9, form="sum")
