"""Rank acceptability of Lahdelma and Salminen (2001), SMAA-2, Operations Research 49, 444-454.

Three alternatives on two criteria, (1, 0), (0, 1) and (.6, .6), with weights uniform on the simplex: the
first is best for w > .6, the second for w < .4, so the first-rank acceptabilities are .4, .4 and .2.
"""

from __future__ import annotations

import numpy as np
import pytest

from leadline.scoring import rank_acceptability

ALTERNATIVES = np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.6]])


def test_first_rank_acceptability_over_all_weights() -> None:
    n = 10_000
    first_weight = (np.arange(n) + 0.5) / n
    weights = np.column_stack([first_weight, 1 - first_weight])
    acceptability = rank_acceptability(weights @ ALTERNATIVES.T)
    assert acceptability[:, 0] == pytest.approx([0.4, 0.4, 0.2], abs=1e-12)
    assert acceptability[2, 2] == 0
