from __future__ import annotations

import numpy as np
from benchmarks.simulate import simulate

from leadline.measurement.kernels.cells import collapse, combined_key


def test_a_cell_holds_every_rating_of_its_combination_once() -> None:
    made = simulate(30, 4, 6, seed=1)
    cells = collapse([made.ratee, made.rater], [30, 24], made.item, 6)
    assert cells.forms is not None
    assert len(cells.start) == 30 * 4
    assert cells.forms.tolist() == [[True] * 6]
    assert sorted(cells.order.tolist()) == list(range(len(made.item)))


def test_item_sets_are_told_apart() -> None:
    ratee = np.array([0, 0, 1, 1, 2, 2, 2])
    item = np.array([0, 1, 0, 2, 0, 1, 2])
    cells = collapse([ratee], [3], item, 3)
    assert cells.forms is None or cells.forms[cells.form].tolist() == [[1, 1, 0], [1, 0, 1], [1, 1, 1]]


def test_many_item_sets_leave_single_ratings() -> None:
    made = simulate(200, 4, 12, seed=1, missing=0.3)
    cells = collapse([made.ratee, made.rater], [200, 100], made.item, 12)
    assert cells.forms is None
    assert len(cells.form) == len(made.item)


def test_different_weights_leave_single_ratings() -> None:
    made = simulate(30, 4, 6, seed=1)
    assert collapse([made.ratee, made.rater], [30, 24], made.item, 6, whole=False).forms is None


def test_a_key_that_would_not_fit_is_packed_first() -> None:
    huge = 1 << 40
    codes = [np.array([huge - 1, 0, 5]), np.array([3, huge - 1, 3])]
    key = combined_key(codes, [huge, huge])
    assert np.argsort(key).tolist() == [1, 2, 0]
    assert len(set(key.tolist())) == 3
