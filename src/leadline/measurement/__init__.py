"""How much, and how sure: measures with standard errors from ratings, exams and outcomes."""

from leadline.measurement.diagnostics.bias_test import BiasTest, bias_test
from leadline.measurement.diagnostics.diagnostics import Diagnostics
from leadline.measurement.factors.combine import factor_covariance
from leadline.measurement.factors.held import Held, HeldScale
from leadline.measurement.factors.measure import measure
from leadline.measurement.factors.measures import Measures
from leadline.measurement.fits.dimensions import DimensionalFit, fit_dimensions
from leadline.measurement.fits.facet_fit import FacetFit
from leadline.measurement.fits.fit import fit
from leadline.measurement.kernels.threads import at_most, cuts, in_order
from leadline.measurement.later.measure_anew import measure_anew
from leadline.measurement.later.packing import packed, unpacked
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
    "Held",
    "HeldScale",
    "Measures",
    "Notice",
    "QualityNote",
    "Thresholds",
    "at_most",
    "bias_test",
    "cuts",
    "factor_covariance",
    "fit",
    "fit_dimensions",
    "in_order",
    "measure",
    "measure_anew",
    "packed",
    "unpacked",
]
