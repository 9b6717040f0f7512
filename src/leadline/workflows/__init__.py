"""The named end-to-end jobs, and the values they take and give: the one door for both faces.

A job loads its rooms when it is first used: reading or fitting needs no packages for reports.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leadline.evidence import Description, Evidence, read_evidence, read_records, to_json
    from leadline.frameworks import (
        Band,
        Change,
        Competency,
        Factor,
        Framework,
        FrameworkSummary,
        Item,
        Profile,
        Text,
        check_framework,
        diff_frameworks,
        list_frameworks,
        load_framework,
    )
    from leadline.reports import described
    from leadline.scoring import (
        ATTRIBUTED,
        COLLEAGUES,
        SELF,
        Comparison,
        Groups,
        LeastNumbers,
        Pair,
        Scorecard,
        comment_groups,
        least_numbers,
        merged_groups,
        named_counts,
    )
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

__all__ = [
    "ATTRIBUTED",
    "COLLEAGUES",
    "SELF",
    "AssessResult",
    "Band",
    "Change",
    "Comparison",
    "Competency",
    "DemoResult",
    "Description",
    "Evidence",
    "Factor",
    "FitResult",
    "Framework",
    "FrameworkSummary",
    "Groups",
    "Item",
    "LeastNumbers",
    "Pair",
    "Profile",
    "Scorecard",
    "Text",
    "assess",
    "assess_evidence",
    "calibration_record",
    "check_framework",
    "comment_groups",
    "compare_among",
    "compare_saved",
    "demo",
    "demo_evidence",
    "describe_source",
    "described",
    "diff_frameworks",
    "disclosable",
    "faults_of_framework",
    "figure_names",
    "fit_file",
    "framework_changes",
    "group_sheet",
    "kept",
    "known_frameworks",
    "least_numbers",
    "list_frameworks",
    "load_framework",
    "merged_groups",
    "named_counts",
    "person_sheets",
    "read_anchors",
    "read_evidence",
    "read_records",
    "reassess",
    "saved_scorecard",
    "score_figures",
    "show_framework",
    "to_json",
]

_HOMES = {
    "evidence": (
        "Description",
        "Evidence",
        "read_evidence",
        "read_records",
        "to_json",
    ),
    "frameworks": (
        "Band",
        "Change",
        "Competency",
        "Factor",
        "Framework",
        "FrameworkSummary",
        "Item",
        "Profile",
        "Text",
        "check_framework",
        "diff_frameworks",
        "list_frameworks",
        "load_framework",
    ),
    "reports": ("described",),
    "scoring": (
        "ATTRIBUTED",
        "COLLEAGUES",
        "Comparison",
        "Groups",
        "LeastNumbers",
        "Pair",
        "SELF",
        "Scorecard",
        "comment_groups",
        "least_numbers",
        "merged_groups",
        "named_counts",
    ),
    "workflows.assessment": (
        "AssessResult",
        "assess",
    ),
    "workflows.comparison": (
        "compare_among",
        "compare_saved",
        "saved_scorecard",
    ),
    "workflows.demonstration": (
        "DemoResult",
        "demo",
        "demo_evidence",
    ),
    "workflows.description": ("describe_source",),
    "workflows.evaluation": ("assess_evidence",),
    "workflows.figures": ("score_figures",),
    "workflows.fitting": (
        "FitResult",
        "fit_file",
        "read_anchors",
    ),
    "workflows.frameworks": (
        "faults_of_framework",
        "framework_changes",
        "known_frameworks",
        "show_framework",
    ),
    "workflows.later": (
        "kept",
        "reassess",
    ),
    "workflows.record": ("calibration_record",),
    "workflows.sheets": (
        "disclosable",
        "figure_names",
        "group_sheet",
        "person_sheets",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name in _HOME_OF:
            return getattr(import_module(f"leadline.{_HOME_OF[name]}"), name)
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
