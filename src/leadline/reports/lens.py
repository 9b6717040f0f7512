"""A scorecard as one reader sees it: names, bands, formats, and only what may be shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite, nan
from typing import NamedTuple

from leadline.errors import Language
from leadline.frameworks import Band, Competency, Factor, Framework
from leadline.measurement import CompetencyMeasure, FacetFit, Notice
from leadline.reports.axis import Axis
from leadline.reports.naming import display_names, file_names
from leadline.reports.wording import Voice
from leadline.scoring import Driver, Scorecard


class Reading(NamedTuple):
    """A score and its interval, all NaN where there is none to show."""

    value: float
    lower: float
    upper: float
    se: float

    @property
    def known(self) -> bool:
        """Whether there is a score to show."""
        return isfinite(self.value)


NO_SCORE = Reading(nan, nan, nan, nan)


class RaterGroup(NamedTuple):
    """People of one relationship who rated a person."""

    title: str
    n: int
    shown: bool


@dataclass(frozen=True)
class Lens:
    """One scorecard, one language.

    Everything a page shows of a person is asked for here, so that what is hidden is hidden everywhere.

    Parameters
    ----------
    card : Scorecard
    language : {"en", "zh"}
    """

    card: Scorecard
    language: Language

    @cached_property
    def voice(self) -> Voice:
        """Text and numbers of the language."""
        return Voice(self.language)

    @property
    def framework(self) -> Framework:
        """The framework the scores were made with."""
        return self.card.framework

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Name to show for every ratee."""
        return display_names(self.card.ratees, self.card.measures.names)

    @cached_property
    def files(self) -> Mapping[str, str]:
        """File name, without suffix, of every ratee's page."""
        return file_names(self.card.ratees)

    def name(self, row: int) -> str:
        """Name of the ratee in a row of the scorecard."""
        return self.names[self.card.ratees[row]]

    @cached_property
    def order(self) -> tuple[int, ...]:
        """Rows with a score to show, best first."""
        rows = (row for row in range(len(self.card.ratees)) if self.overall(row).known)
        return tuple(sorted(rows, key=lambda row: (int(self.card.rank[row]), self.name(row))))

    @cached_property
    def unranked(self) -> tuple[int, ...]:
        """Rows without a score to show, by name."""
        rows = (row for row in range(len(self.card.ratees)) if not self.overall(row).known)
        return tuple(sorted(rows, key=self.name))

    @cached_property
    def everyone(self) -> tuple[int, ...]:
        """All rows: ranked, then unranked."""
        return self.order + self.unranked

    def overall(self, row: int) -> Reading:
        """Headline score of a person."""
        card = self.card
        return _score(card.overall[row], card.lower[row], card.upper[row], card.se[row])

    def factor(self, row: int, column: int) -> Reading:
        """Reading of a person in a factor."""
        card, at = self.card, (row, column)
        return _score(
            card.factor_score[at], card.factor_lower[at], card.factor_upper[at], card.factor_se[at]
        )

    def competency(self, row: int, column: int) -> Reading:
        """Reading of a person in a competency."""
        card, at = self.card, (row, column)
        return _score(
            card.competency_score[at],
            card.competency_lower[at],
            card.competency_upper[at],
            card.competency_se[at],
        )

    @cached_property
    def _drivers(self) -> Mapping[tuple[str, str], list[Driver]]:
        found = defaultdict(list)
        for driver in self.card.drivers:
            found[driver.ratee, driver.kind].append(driver)
        return found

    def drivers(self, row: int, kind: str) -> Sequence[Driver]:
        """Drivers of one kind of a person's score."""
        return self._drivers.get((self.card.ratees[row], kind), ())

    @cached_property
    def factors(self) -> tuple[Factor, ...]:
        """Factors in the order of the scorecard's columns."""
        return tuple(self.framework.factor(one) for one in self.card.factors)

    @cached_property
    def competencies(self) -> tuple[Competency, ...]:
        """Competencies in the order of the scorecard's columns."""
        return tuple(self.framework.competency(one) for one in self.card.competencies)

    def fits(self) -> Iterator[tuple[Factor, FacetFit]]:
        """Factors of the framework whose ratings were fitted, with the fit."""
        for factor in self.framework.factors:
            if factor.id in self.card.measures.fits:
                yield factor, self.card.measures.fits[factor.id]

    def columns_by_factor(self) -> Iterator[tuple[Factor, tuple[int, ...]]]:
        """Each factor of the framework with the columns of its competencies, where it has any."""
        for factor in self.framework.factors:
            columns = tuple(m for m, one in enumerate(self.competencies) if one.factor == factor.id)
            if columns:
                yield factor, columns

    @property
    def top(self) -> float:
        """Greatest score the formula can give."""
        if self.card.formula.name == "source":
            return float(100.0 ** (len(self.card.factors) - 1))
        return 100.0

    def headline(self, value: float) -> str:
        """A headline score as text; the source formula has large, whole numbers."""
        return self.voice.number(value, 0 if self.top > 100 else 1)

    def headline_span(self, score: Reading) -> str:
        """Interval of a headline score as text."""
        return self.voice.span(score.lower, score.upper, 0 if self.top > 100 else 1)

    @property
    def has_bands(self) -> bool:
        """Whether the bands apply: they are cut on 0-100."""
        return self.top == 100 and len(self.framework.bands) > 1

    def band(self, row: int) -> Band | None:
        """Band of a person's headline score."""
        if not self.has_bands or not self.overall(row).known:
            return None
        found = self.card.band[row]
        return next((band for band in self.framework.bands if band.id == found), None)

    def band_of(self, value: float) -> Band | None:
        """Band that holds a headline score."""
        return next((band for band in reversed(self.framework.bands) if value >= band.start), None)

    @property
    def shows_group(self) -> bool:
        """Whether a person may see the group's mean: not where it would give away the others' scores."""
        return len(self.everyone) > self.framework.disclosure.all

    def own_view(self, row: int, column: int) -> float:
        """A person's own rating of a competency on 0-100; NaN where there is none or nothing beside it."""
        measure = self._competency_measures.get(self.card.competencies[column])
        if measure is None or not self.competency(row, column).known:
            return nan
        return float(measure.self_value[row])

    @cached_property
    def _competency_measures(self) -> Mapping[str, CompetencyMeasure]:
        return {one.id: one for one in self.card.measures.competencies}

    def rater_groups(self, row: int) -> tuple[RaterGroup, ...]:
        """Groups of raters that count, and whether their number may be shown."""
        counts = self.card.measures.by_relationship
        found = []
        for one in self.framework.relationships:
            if one.counts:
                n = int(counts[one.id][row]) if one.id in counts else 0
                found.append(RaterGroup(one.title[self.language], n, shown=n >= one.least))
        return tuple(found)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What measurement and scoring have to say about themselves."""
        found: list[Notice] = []
        for notice in (*self.card.measures.notices, *self.card.notices):
            if notice not in found:
                found.append(notice)
        return tuple(found)

    def axis(self, *scores: Reading, also: tuple[float, ...] = ()) -> Axis:
        """Axis on 0-100 that holds the intervals and further values."""
        ends = [end for score in scores for end in (score.lower, score.upper, score.value)]
        return Axis.over([*ends, *also])

    def overall_axis(self) -> Axis:
        """Axis that holds everybody's headline interval."""
        ends = [end for row in self.order for end in self.overall(row)[:3]]
        return Axis.over(ends, top=self.top)

    def shades(self, axis: Axis) -> str:
        """CSS gradient that lays the bands under a strip, deeper for higher."""
        if not self.has_bands:
            return ""
        bands = self.framework.bands
        stops = []
        for n, band in enumerate(bands):
            end = bands[n + 1].start if n + 1 < len(bands) else axis.high
            if end > axis.low and band.start < axis.high:
                stops.append(f"var(--depth-{shade(n, len(bands))}) {axis.at(band.start)}% {axis.at(end)}%")
        return f"linear-gradient(to right, {', '.join(stops)})"


def shade(n: int, count: int) -> int:
    """Depth, 0-4, of the n-th of so many bands."""
    return round(4 * n / max(count - 1, 1))


def _score(value: float, lower: float, upper: float, se: float) -> Reading:
    return Reading(float(value), float(lower), float(upper), float(se))
