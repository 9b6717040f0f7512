"""How much, and how sure: measures with standard errors from ratings, exams and outcomes."""

from leadline.measurement.diagnostics import Diagnostics
from leadline.measurement.dimension import CompetencyMeasure, Dimension, QualityNote
from leadline.measurement.dimensional import DimensionalFit, fit_dimensions
from leadline.measurement.facet import Agreement, Component, FacetMeasures, Thresholds
from leadline.measurement.factor_map import Curve
from leadline.measurement.fitted import FacetFit
from leadline.measurement.fitting import fit
from leadline.measurement.interactions import BiasTest, bias_test
from leadline.measurement.measures import Measures
from leadline.measurement.measuring import measure
from leadline.measurement.notice import Notice

__all__ = [
    "Agreement",
    "BiasTest",
    "CompetencyMeasure",
    "Component",
    "Curve",
    "Diagnostics",
    "Dimension",
    "DimensionalFit",
    "FacetFit",
    "FacetMeasures",
    "Measures",
    "Notice",
    "QualityNote",
    "Thresholds",
    "bias_test",
    "fit",
    "fit_dimensions",
    "measure",
]
