"""The kinds of evidence there are. A new one is a module beside these and a line here."""

from __future__ import annotations

from collections.abc import Mapping

from leadline.frameworks import Kind as KindName
from leadline.measurement.factors.kinds.exam import EXAM
from leadline.measurement.factors.kinds.kind import Kind, dimension_name
from leadline.measurement.factors.kinds.outcomes import OUTCOMES
from leadline.measurement.factors.kinds.ratings import RATINGS

KINDS: Mapping[KindName, Kind] = {kind.name: kind for kind in (RATINGS, EXAM, OUTCOMES)}
"""In the order in which their dimensions stand."""


def kind_and_factor(dimension: str) -> tuple[KindName, str]:
    """The kind of evidence and the factor that a dimension is.

    Examples
    --------
    >>> kind_and_factor("exam:insight"), kind_and_factor("insight")
    (('exam', 'insight'), ('ratings', 'insight'))
    """
    factor = dimension.rpartition(":")[2]
    return next(name for name in KINDS if dimension_name(name, factor) == dimension), factor
