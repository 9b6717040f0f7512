"""Errors that teach, and the words of both languages.

Every message a person may read is an entry of a room's word list (``<room>/words/en.toml`` and
``zh.toml``); the code of an error is the key of its entry and never changes.
"""

from leadline.errors.language import LANGUAGES, Language, choose_language, has_words, words
from leadline.errors.tree import (
    EvidenceError,
    Fault,
    FaultyInputError,
    FrameworkError,
    LeadlineError,
    MeasurementError,
    ReportError,
    ScoringError,
    ShapeError,
    SourceError,
    UsageError,
)

__all__ = [
    "LANGUAGES",
    "EvidenceError",
    "Fault",
    "FaultyInputError",
    "FrameworkError",
    "Language",
    "LeadlineError",
    "MeasurementError",
    "ReportError",
    "ScoringError",
    "ShapeError",
    "SourceError",
    "UsageError",
    "choose_language",
    "has_words",
    "words",
]
