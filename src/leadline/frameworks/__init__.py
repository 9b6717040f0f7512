"""What good looks like: competency frameworks as checked, versioned data."""

from leadline.frameworks.catalogue import (
    FrameworkSummary,
    check_framework,
    list_frameworks,
    load_framework,
)
from leadline.frameworks.changes import Change, diff_frameworks
from leadline.frameworks.framework import Framework
from leadline.frameworks.model import (
    FORMULA_ALIASES,
    Action,
    Area,
    Band,
    Competency,
    Disclosure,
    ExamItem,
    Factor,
    Formula,
    FormulaName,
    Item,
    Kind,
    Level,
    OutcomeItem,
    Profile,
    Relationship,
    Scale,
    Score,
    Stage,
    Step,
    Text,
)
from leadline.frameworks.nearest import spelling
from leadline.frameworks.released import check_releases, record_releases

__all__ = [
    "FORMULA_ALIASES",
    "Action",
    "Area",
    "Band",
    "Change",
    "Competency",
    "Disclosure",
    "ExamItem",
    "Factor",
    "Formula",
    "FormulaName",
    "Framework",
    "FrameworkSummary",
    "Item",
    "Kind",
    "Level",
    "OutcomeItem",
    "Profile",
    "Relationship",
    "Scale",
    "Score",
    "Stage",
    "Step",
    "Text",
    "check_framework",
    "check_releases",
    "diff_frameworks",
    "list_frameworks",
    "load_framework",
    "record_releases",
    "spelling",
]
