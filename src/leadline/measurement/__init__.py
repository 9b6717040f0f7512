"""How much, and how sure: measures with standard errors from ratings, exams and outcomes."""

from leadline.measurement.factor_map import Curve
from leadline.measurement.fitted import (
    Agreement,
    Component,
    FacetFit,
    FacetMeasures,
    Thresholds,
)
from leadline.measurement.measures import CompetencyMeasure, Dimension, Measures, QualityNote
from leadline.measurement.notice import Notice

__all__ = [
    "Agreement",
    "CompetencyMeasure",
    "Component",
    "Curve",
    "Dimension",
    "FacetFit",
    "FacetMeasures",
    "Measures",
    "Notice",
    "QualityNote",
    "Thresholds",
]
