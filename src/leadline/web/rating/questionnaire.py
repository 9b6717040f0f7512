"""The questions one rater is asked, competency by competency, and how far they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from leadline.workflows import Competency, Framework, Item

SECONDS_AN_ITEM = 12
"""Forty questions take eight minutes."""


@dataclass(frozen=True)
class Section:
    """One page of the form: a competency and its items."""

    competency: Competency
    items: tuple[Item, ...]

    @property
    def id(self) -> str:
        """Key of the competency."""
        return self.competency.id

    def left(self, answers: Mapping[str, object]) -> int:
        """How many of its items have no answer; "could not observe" is one."""
        return sum(item.id not in answers for item in self.items)


def sections(framework: Framework, relationship: str) -> tuple[Section, ...]:
    """What a rater of a relationship is asked, by factor, in the order of the framework.

    Parameters
    ----------
    framework : Framework
    relationship : str
        An item that names relationships is asked of those alone.

    Returns
    -------
    tuple of Section
        Competencies with at least one item.
    """
    by_competency: dict[str, list[Item]] = {}
    for item in framework.items:
        if not item.relationships or relationship in item.relationships:
            by_competency.setdefault(item.competency, []).append(item)
    competencies = (one for factor in framework.factors for one in framework.competencies_of(factor.id))
    return tuple(
        Section(one, tuple(by_competency[one.id])) for one in competencies if one.id in by_competency
    )


@dataclass(frozen=True)
class Progress:
    """How far a rater is."""

    sections: Sequence[Section]
    answers: Mapping[str, object]

    @cached_property
    def total(self) -> int:
        """Number of items."""
        return sum(len(section.items) for section in self.sections)

    @cached_property
    def left(self) -> int:
        """Number without an answer."""
        return sum(section.left(self.answers) for section in self.sections)

    @property
    def done(self) -> int:
        """Number with one."""
        return self.total - self.left

    @property
    def minutes(self) -> int:
        """Minutes left, at the usual pace; 0 when nothing is left."""
        return ceil(self.left * SECONDS_AN_ITEM / 60)

    @property
    def open(self) -> list[Section]:
        """Sections with something left."""
        return [section for section in self.sections if section.left(self.answers)]
