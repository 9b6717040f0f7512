"""Human Development Index 2021, Human Development Report 2021/2022, table 1 and technical note 1.

The index is the geometric mean of three dimension indices. Inputs and index as published: life
expectancy at birth (years), expected and mean years of schooling, gross national income per head (2017
PPP dollars). Goalposts: 20-85 years; 18 and 15 years of schooling; 100-75,000 dollars on a log scale.
"""

from __future__ import annotations

import numpy as np
import pytest

from leadline.scoring import composite

ROWS = [
    ("Switzerland", (83.9872, 16.50029945, 13.85966015, 66933.00454), 0.962),
    ("Norway", (83.2339, 18.18519974, 13.00362968, 64660.10622), 0.961),
    ("China", (78.2107, 14.2361149, 7.600118446, 17504.39969), 0.768),
    ("Afghanistan", (61.9824, 10.26384398, 2.98506999, 1824.190915), 0.478),
]


def dimensions(life: float, expected: float, mean: float, income: float) -> list[float]:
    health = (life - 20) / (85 - 20)
    education = (min(expected / 18, 1) + min(mean / 15, 1)) / 2
    living = np.log(min(income, 75_000) / 100) / np.log(75_000 / 100)
    return [100 * health, 100 * education, 100 * living]


@pytest.mark.parametrize(("country", "inputs", "published"), ROWS)
def test_the_geometric_engine_gives_the_published_index(
    country: str, inputs: tuple[float, float, float, float], published: float
) -> None:
    index = composite(dimensions(*inputs), [1 / 3] * 3) / 100
    assert index.round(3) == published, country
