"""Reports in English and Chinese: documents, figures, and what to do next."""

from leadline.reports import needs as needs
from leadline.reports.drawing import svg
from leadline.reports.figures import PERSON, factors_figure, person_figure, ranking_figure, severity_figure
from leadline.reports.lens import Lens, Reading
from leadline.reports.profile import side
from leadline.reports.quality import described, pseudonyms
from leadline.reports.suggest import Suggestion, suggested, suggestions
from leadline.reports.write import report

__all__ = [
    "PERSON",
    "Lens",
    "Reading",
    "Suggestion",
    "described",
    "factors_figure",
    "person_figure",
    "pseudonyms",
    "ranking_figure",
    "report",
    "severity_figure",
    "side",
    "suggested",
    "suggestions",
    "svg",
]
