"""The one tree of exceptions: a stable code, named fields, a translated message and a hint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from leadline.errors.language import Language, has_words, words


def _describe(code: str, fields: Mapping[str, object], language: Language) -> str:
    message = words(f"{code}.message", language, **fields)
    if has_words(f"{code}.hint", language):
        joint = "" if language == "zh" else " "
        message += joint + words(f"{code}.hint", language, **fields)
    return message


class LeadlineError(Exception):
    """Anything Leadline refuses, told so that the reader can mend it.

    Parameters
    ----------
    code : str
        Stable key of a word-list entry with ``message`` and, where something can be done, ``hint``.
    **fields
        Values named in the entry.

    Examples
    --------
    >>> str(LeadlineError("errors.no_such_option", name="model", value="x", allowed="rating-scale"))
    "model: 'x' is not an option. Choose one of: rating-scale."
    """

    def __init__(self, code: str, /, **fields: object) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields

    def describe(self, language: Language = "en") -> str:
        """Message and hint in a language."""
        return _describe(self.code, self.fields, language)

    def to_dict(self, language: Language = "en") -> dict[str, object]:
        """Machine-readable form: ``code``, ``fields``, ``message``."""
        fields = {name: _plain(value) for name, value in self.fields.items()}
        return {"code": self.code, "fields": fields, "message": self.describe(language)}

    def __str__(self) -> str:
        return self.describe()


def _plain(value: object) -> object:
    return value if isinstance(value, (int, float, str, bool, type(None))) else str(value)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input, and where.

    Attributes
    ----------
    code : str
        Key of a word-list entry with ``message`` and ``hint``.
    place : str
        File or table.
    row : int, optional
        Row number as a spreadsheet shows it: the header is row 1.
    column, value : str, optional
        Column or field, and the text found there.
    fields : mapping
        Further values of the message, such as what is allowed.
    """

    code: str
    place: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    fields: Mapping[str, object] = field(default_factory=dict)

    def where(self, language: Language = "en") -> str:
        """Place, row and column as one phrase."""
        parts = [self.place]
        if self.row is not None:
            parts.append(words("errors.row", language, row=self.row))
        if self.column is not None:
            parts.append(words("errors.column", language, column=self.column))
        return words("errors.joint", language).join(parts)

    def describe(self, language: Language = "en") -> str:
        """Where, what happened, what is allowed and what to do next."""
        fields = {"place": self.place, "row": self.row, "column": self.column, "value": self.value}
        text = _describe(self.code, {**fields, **self.fields}, language)
        return words("errors.fault", language, where=self.where(language), text=text)

    def to_dict(self, language: Language = "en") -> dict[str, object]:
        """Machine-readable form."""
        return {
            "code": self.code,
            "place": self.place,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "fields": {name: _plain(value) for name, value in self.fields.items()},
            "message": self.describe(language),
        }


class FaultyInputError(LeadlineError):
    """An input with one or more faults, all of them reported together.

    Parameters
    ----------
    code : str
        Entry whose fields are ``place`` and ``n``.
    place : str
        What was read.
    faults : sequence of Fault
        Not empty.
    """

    def __init__(self, code: str, /, *, place: str, faults: Sequence[Fault]) -> None:
        super().__init__(code, place=place, n=len(faults))
        self.faults = tuple(faults)

    def describe(self, language: Language = "en") -> str:
        """Message, then a line for each fault."""
        lines = [super().describe(language), *(f"  {fault.describe(language)}" for fault in self.faults)]
        return "\n".join(lines)

    def to_dict(self, language: Language = "en") -> dict[str, object]:
        """Machine-readable form, with every fault."""
        plain = LeadlineError.to_dict(self, language)
        plain["message"] = LeadlineError.describe(self, language)
        plain["faults"] = [fault.to_dict(language) for fault in self.faults]
        return plain


class FrameworkError(FaultyInputError):
    """A framework that breaks its own rules."""


class EvidenceError(FaultyInputError):
    """Evidence that breaks the rules of the three tables."""


class SourceError(LeadlineError):
    """A file, address or database that could not be read."""


class MeasurementError(LeadlineError):
    """Data from which a measure cannot be made."""


class ShapeError(MeasurementError):
    """Arrays whose shapes do not fit each other."""


class ScoringError(LeadlineError):
    """Measures from which a score cannot be made."""


class ReportError(LeadlineError):
    """A document that could not be written."""


class UsageError(LeadlineError):
    """A call with options that do not fit together."""
