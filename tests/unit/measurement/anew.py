"""What measures say of one ratee, compared to the byte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from leadline.measurement import Measures

# The first fit stops at changes of 5e-5 logits; what is left of the way to its end is found anew.
LOGITS, POINTS, SHARE = 5e-4, 5e-3, 1e-4


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal to the byte."""
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, csr_array):
        return all(same(getattr(one, part), getattr(other, part)) for part in ("data", "indices", "indptr"))
    if is_dataclass(one):
        return all(same(getattr(one, each.name), getattr(other, each.name)) for each in fields(one))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (tuple, list)):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def of_one(measures: Measures, ratee: str) -> dict[str, Any]:
    """Everything that measures say of one ratee."""
    p = measures.ratees.index(ratee)
    found: dict[str, Any] = {}
    for one in (*measures.dimensions, *measures.competencies):
        label = getattr(one, "id", "") or f"{one.kind}:{one.factor}"  # type: ignore[union-attr]
        found |= {f"{label}:{k}": v[p] for k, v in vars(one).items() if isinstance(v, np.ndarray)}
    for name in ("factor_value", "factor_se", "factor_partial", "information", "n_raters", "n_items"):
        found[name] = getattr(measures, name)[p]
    found |= {name: n[p] for name, n in measures.by_relationship.items()}
    posterior, width = measures.posterior, measures.posterior.mean.shape[1]
    found |= {name: getattr(posterior, name)[p] for name in ("mean", "covariance", "root")}
    found["coupling"] = posterior.coupling[p * width : (p + 1) * width].toarray()
    return found | {"name": measures.names[ratee], "team": measures.team[p]}


def unchanged(before: Measures, after: Measures, ratees: Sequence[str]) -> bool:
    pairs = ((of_one(before, one), of_one(after, one)) for one in ratees)
    return all(same(np.asarray(old[k]), np.asarray(new[k])) for old, new in pairs for k in old)
