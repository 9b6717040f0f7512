"""Names of the models."""

MODELS = (
    "rating-scale",
    "partial-credit",
    "generalized-partial-credit",
    "graded",
    "1pl",
    "2pl",
    "3pl",
)
RASCH = ("rating-scale", "partial-credit")
"""Models whose slopes are all 1: the joint method has them, and anchors hold in them."""

EXAM = ("1pl", "2pl", "3pl")
"""Models of right and wrong answers, without raters or further facets."""

CROSSED = tuple(name for name in MODELS if name not in EXAM)
"""Models for raters and ratees that cross, and for further facets beside them."""

PEOPLE = ("ratee", "rater")
"""Facets whose locations the marginal method takes as random."""
