"""A scorecard as one reader sees it: names, bands, formats, and only what may be shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite, nan
from typing import NamedTuple

import numpy as np

from leadline.errors import Language
from leadline.frameworks import Band, Competency, Factor, Framework
from leadline.measurement import CompetencyMeasure, FacetFit
from leadline.reports.axis import Axis
from leadline.reports.naming import display_names, file_names
from leadline.reports.wording import Voice
from leadline.scoring import Disclosed, Driver, Scorecard, least_numbers, shown


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


@dataclass(frozen=True)
class Lens:
    """One scorecard, one language.

    Everything a page shows of a person is asked for here, so that what is hidden is hidden everywhere.

    Parameters
    ----------
    scorecard : Scorecard
        As scored; pages see ``card``, which lacks what may not be shown.
    language : {"en", "zh"}
    """

    scorecard: Scorecard
    language: Language

    @cached_property
    def disclosed(self) -> Disclosed:
        """What may be shown of the scorecard."""
        return shown(self.scorecard)

    @property
    def card(self) -> Scorecard:
        """The scorecard without what is hidden."""
        return self.disclosed.scorecard

    @cached_property
    def voice(self) -> Voice:
        """Text and numbers of the language."""
        return Voice(self.language)

    @property
    def framework(self) -> Framework:
        """The framework the scores were made with."""
        return self.scorecard.framework

    @cached_property
    def least(self) -> int:
        """Raters it takes for anything to be shown, whatever their groups: one number for all."""
        groups = (one.id for one in self.framework.relationships if one.counts)
        return least_numbers(self.framework).together(tuple(groups))

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Name to show for every ratee."""
        return display_names(self.card.ratees, self.card.names)

    @cached_property
    def files(self) -> Mapping[str, str]:
        """File name, without suffix, of every ratee's page."""
        return file_names(self.card.ratees)

    def name(self, row: int) -> str:
        """Name of the ratee in a row of the scorecard."""
        return self.names[self.card.ratees[row]]

    @property
    def order(self) -> tuple[int, ...]:
        """Rows with a score to show, best first."""
        return self.card.order

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
        """Reading of a person in a factor of ``factors``."""
        card, at = self.card, (row, self._columns[column])
        return _score(card.factor_score[at], card.factor_lower[at], card.factor_upper[at], card.factor_se[at])

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
        found: dict[tuple[str, str], list[Driver]] = defaultdict(list)
        for driver in self.card.drivers:
            found[driver.ratee, driver.kind].append(driver)
        return found

    def drivers(self, row: int, kind: str) -> Sequence[Driver]:
        """Drivers of one kind of a person's score."""
        return self._drivers.get((self.card.ratees[row], kind), ())

    @cached_property
    def _columns(self) -> tuple[int, ...]:
        known = np.isfinite(self.card.factor_score)
        return tuple(column for column in range(len(self.card.factors)) if known[:, column].any())

    @cached_property
    def factors(self) -> tuple[Factor, ...]:
        """Factors that somebody has a score in."""
        return tuple(self.framework.factor(self.card.factors[column]) for column in self._columns)

    @cached_property
    def unmeasured(self) -> tuple[Factor, ...]:
        """Factors that nobody has a score in."""
        return tuple(one for one in self.framework.factors if one not in self.factors)

    def is_partial(self, row: int, column: int) -> bool:
        """Whether evidence that others have is missing in a factor of ``factors``."""
        return bool(self.card.factor_partial[row, self._columns[column]])

    def weight(self, column: int) -> float:
        """Weight, 0-1, of a factor of ``factors``."""
        return float(self.card.weights[self._columns[column]])

    @cached_property
    def competencies(self) -> tuple[Competency, ...]:
        """Competencies in the order of the scorecard's columns."""
        return tuple(self.framework.competency(one) for one in self.card.competencies)

    def fits(self) -> Iterator[tuple[Factor, FacetFit]]:
        """Factors of the framework whose ratings were fitted, with the fit."""
        for factor in self.framework.factors:
            if factor.id in self.scorecard.measures.fits:
                yield factor, self.scorecard.measures.fits[factor.id]

    def columns_by_factor(self) -> Iterator[tuple[Factor, tuple[int, ...]]]:
        """Each factor of the framework with the columns of its competencies, where it has any."""
        for factor in self.framework.factors:
            columns = tuple(m for m, one in enumerate(self.competencies) if one.factor == factor.id)
            if columns:
                yield factor, columns

    @property
    def top(self) -> float:
        """Greatest score the formula can give."""
        if self.card.formula.name == "product":
            return float(100.0 ** (np.count_nonzero(self.card.weights) - 1))
        return 100.0

    def headline(self, value: float) -> str:
        """A headline score as text; the product has large, whole numbers."""
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
        return len(self.order) > self.framework.disclosure.all

    def own_view(self, row: int, column: int) -> float:
        """A person's own rating of a competency on 0-100; NaN where there is none or nothing beside it."""
        measure = self._competency_measures.get(self.card.competencies[column])
        if measure is None or not self.competency(row, column).known:
            return nan
        return float(measure.self_value[row])

    @cached_property
    def _competency_measures(self) -> Mapping[str, CompetencyMeasure]:
        return {one.id: one for one in self.card.measures.competencies}

    def rater_groups(self, row: int) -> tuple[tuple[str, int], ...]:
        """Groups of raters that may be named, with their numbers; small ones are together as colleagues."""
        titles = {one.id: one.title[self.language] for one in self.framework.relationships}
        titles["colleagues"] = self.voice.t("evidence.colleagues")
        counts = self.disclosed.groups[row]
        return tuple((title, counts[one]) for one, title in titles.items() if one in counts)

    def merged_groups(self, row: int) -> tuple[str, ...]:
        """Groups that are not named: too small, or empty, which looks the same."""
        named = self.disclosed.groups[row]
        counting = (one for one in self.framework.relationships if one.counts)
        return tuple(one.title[self.language] for one in counting if one.id not in named)

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
