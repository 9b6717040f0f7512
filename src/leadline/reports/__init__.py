"""Reports in English and Chinese: documents, figures, and what to do next."""

from leadline.reports import needs as needs
from leadline.reports.drawing import svg
from leadline.reports.figures import factors_figure, person_figure, ranking_figure, severity_figure
from leadline.reports.suggest import Suggestion, suggestions
from leadline.reports.write import report

__all__ = [
    "Suggestion",
    "factors_figure",
    "person_figure",
    "ranking_figure",
    "report",
    "severity_figure",
    "suggestions",
    "svg",
]
