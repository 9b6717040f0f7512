"""Team efficiency, as a pure function of leadership, skill and motivation."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leadline.errors import ScoringError
from leadline.frameworks import FORMULA_ALIASES

FORMS = ("product", "geometric")


def team_efficiency(
    leadership: ArrayLike, skill: ArrayLike, motivation: ArrayLike, *, form: str = "product"
) -> NDArray[np.float64]:
    r"""Efficiency of a team from leadership, skill and motivation.

    .. math:: E_\text{source} = L\,S\,M, \qquad E_\text{geometric} = (L\,S\,M)^{1/3}

    Parameters
    ----------
    leadership, skill, motivation : array, shape (...), 0-1
        Arrays of shapes that fit each other. NaN gives NaN.
    form : {"product", "geometric"}
        The product of the source article, or its cube root, which stays on the scale of the three.

    Returns
    -------
    array, shape (...), 0-1

    Raises
    ------
    ScoringError
        Unknown form, or a value outside 0-1.

    Notes
    -----
    The source article prints 0.76625 for the second example below; its own formula gives 0.72675.
    Checked in tests/reference/composite/.

    Examples
    --------
    >>> team_efficiency([0.70, 0.85], [0.80, 0.90], [0.90, 0.95]).round(5)
    array([0.504  , 0.72675])
    """
    form = FORMULA_ALIASES.get(form, form)
    if form not in FORMS:
        raise ScoringError("errors.no_such_option", name="form", value=form, allowed=", ".join(FORMS))
    parts = {"leadership": leadership, "skill": skill, "motivation": motivation}
    arrays = {name: np.asarray(part, dtype=np.float64) for name, part in parts.items()}
    for name, array in arrays.items():
        outside = (array < 0) | (array > 1)
        if outside.any():
            raise ScoringError("scoring.not_a_share", name=name, value=f"{array[outside].flat[0]:g}")
    product = arrays["leadership"] * arrays["skill"] * arrays["motivation"]
    return np.asarray(product if form == "product" else np.cbrt(product))[()]
