"""How much, and how sure: measures with standard errors from ratings, exams and outcomes."""

from leadline.measurement.diagnostics.bias_test import BiasTest, bias_test
from leadline.measurement.diagnostics.diagnostics import Diagnostics
from leadline.measurement.factors.measure import measure
from leadline.measurement.factors.measures import Measures
from leadline.measurement.fits.dimensions import DimensionalFit, fit_dimensions
from leadline.measurement.fits.facet_fit import FacetFit
from leadline.measurement.fits.fit import fit
from leadline.measurement.values.dimension import CompetencyMeasure, Dimension, QualityNote
from leadline.measurement.values.facet import Agreement, Component, FacetMeasures, Thresholds
from leadline.measurement.values.factor_map import Curve
from leadline.measurement.values.notice import Notice

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
