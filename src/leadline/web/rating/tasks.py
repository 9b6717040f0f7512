"""One person to rate: what is asked, how far the rater is, until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from leadline.web.catalogue.frameworks import load
from leadline.web.cycles.deadlines import due_day, is_open, today
from leadline.web.cycles.models import Assignment
from leadline.web.cycles.wording import said_day
from leadline.web.look.templatetags.look import language
from leadline.web.rating import drafts
from leadline.web.rating.drafts import Written
from leadline.web.rating.questionnaire import Progress, Section, sections
from leadline.workflows import ATTRIBUTED, SELF, Framework

SOON = 3
"""Days before the last one."""


@dataclass(frozen=True)
class Task:
    """An assignment as the pages of its rater need it."""

    assignment: Assignment
    saved: Written | None = None
    """What was just saved, in place of what is read."""

    @cached_property
    def framework(self) -> Framework:
        """What is rated."""
        cycle = self.assignment.participant.cycle
        return load(cycle.organisation, cycle.framework, cycle.profiles)

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """What the rater is asked."""
        return sections(self.framework, self.assignment.relationship)

    @cached_property
    def draft(self) -> Written:
        """Answers so far."""
        return self.saved or drafts.read(self.assignment) or Written()

    @property
    def progress(self) -> Progress:
        """How far the rater is."""
        return Progress(self.sections, self.draft.answers)

    @property
    def begun(self) -> bool:
        """Whether anything is saved."""
        return self.draft.revision > 0 or bool(self.draft.answers)

    @property
    def due(self) -> date | None:
        """The last day."""
        return due_day(self.assignment)

    @property
    def due_said(self) -> str:
        """The last day, and in which time zone it ends."""
        return said_day(self.due, self.assignment.participant.cycle, language()) if self.due else ""

    @property
    def open(self) -> bool:
        """Whether it can be answered or taken back now."""
        return is_open(self.assignment)

    @property
    def soon(self) -> bool:
        """Whether it is still to be done and its last day is near."""
        if self.due is None or self.assignment.submitted:
            return False
        return (self.due - today(self.assignment.participant.cycle)).days <= SOON

    @property
    def about_self(self) -> bool:
        """Whether rater and ratee are the same."""
        return self.assignment.relationship == SELF

    @property
    def attributed(self) -> bool:
        """Whether the ratee knows whose answers these are."""
        return self.assignment.relationship in ATTRIBUTED

    @property
    def least(self) -> int:
        """Fewest answers of the rater's group for its figures to be shown."""
        kind = self.assignment.relationship
        declared = {one.id: one.least for one in self.framework.relationships}
        known: int = self.assignment.participant.cycle.thresholds.get(kind, declared.get(kind, 1))
        return known

    @property
    def relationship(self) -> str:
        """The rater's group, as the framework calls it."""
        titles = {one.id: one.title for one in self.framework.relationships}
        kind = self.assignment.relationship
        return titles[kind][language()] if kind in titles else kind

    def section(self, competency_id: str) -> Section | None:
        """One section."""
        return next((one for one in self.sections if one.id == competency_id), None)

    @property
    def next_open(self) -> Section | None:
        """The first section with something left."""
        return next(iter(self.progress.open), None)
