"""The named end-to-end jobs: the one door for both faces.

A job loads its rooms when it is first used: reading or fitting needs no packages for reports.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leadline.workflows.assessment import AssessResult, assess
    from leadline.workflows.comparison import compare_among, compare_saved, saved_scorecard
    from leadline.workflows.demonstration import DemoResult, demo, demo_evidence
    from leadline.workflows.description import describe_source
    from leadline.workflows.evaluation import assess_evidence
    from leadline.workflows.figures import score_figures
    from leadline.workflows.fitting import FitResult, fit_file, read_anchors
    from leadline.workflows.frameworks import (
        faults_of_framework,
        framework_changes,
        known_frameworks,
        show_framework,
    )
    from leadline.workflows.later import kept, reassess
    from leadline.workflows.record import calibration_record
    from leadline.workflows.sheets import disclosable, figure_names, group_sheet, person_sheets

_MODULE_OF = {
    "AssessResult": "assessment",
    "DemoResult": "demonstration",
    "FitResult": "fitting",
    "assess": "assessment",
    "assess_evidence": "evaluation",
    "calibration_record": "record",
    "compare_among": "comparison",
    "compare_saved": "comparison",
    "demo": "demonstration",
    "demo_evidence": "demonstration",
    "describe_source": "description",
    "disclosable": "sheets",
    "figure_names": "sheets",
    "group_sheet": "sheets",
    "person_sheets": "sheets",
    "faults_of_framework": "frameworks",
    "fit_file": "fitting",
    "framework_changes": "frameworks",
    "kept": "later",
    "known_frameworks": "frameworks",
    "read_anchors": "fitting",
    "reassess": "later",
    "saved_scorecard": "comparison",
    "score_figures": "figures",
    "show_framework": "frameworks",
}

__all__ = [
    "AssessResult",
    "DemoResult",
    "FitResult",
    "assess",
    "assess_evidence",
    "calibration_record",
    "compare_among",
    "compare_saved",
    "demo",
    "demo_evidence",
    "describe_source",
    "disclosable",
    "faults_of_framework",
    "figure_names",
    "fit_file",
    "framework_changes",
    "group_sheet",
    "kept",
    "known_frameworks",
    "person_sheets",
    "read_anchors",
    "reassess",
    "saved_scorecard",
    "score_figures",
    "show_framework",
]


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        return getattr(import_module(f"leadline.workflows.{_MODULE_OF[name]}"), name)
    raise AttributeError(f"module 'leadline.workflows' has no attribute '{name}'")
