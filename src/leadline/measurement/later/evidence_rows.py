"""Evidence of some ratees as rows of a calibration that is held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadline.frameworks import Framework
from leadline.measurement.factors.held import Held
from leadline.measurement.factors.kinds.exam import Answers, answers_to, attained_answers, questions_of
from leadline.measurement.factors.kinds.item_scale import ItemScale
from leadline.measurement.factors.kinds.occasions import Dated, occasions_of
from leadline.measurement.factors.kinds.outcomes import Results, achieved_factor
from leadline.measurement.factors.kinds.rating_arrays import RatingArrays
from leadline.measurement.factors.kinds.ratings import n_distinct
from leadline.measurement.kernels.arrays import Codes, Flags, Floats, add_up
from leadline.measurement.variational.anew import Rows
from leadline.measurement.variational.design import design_of
from leadline.measurement.variational.evidence_blocks import ValueBlock
from leadline.measurement.variational.messages import OwnRows, own_rows

_FACETS = ("rater", "relationship")

Counts = NDArray[np.int64]


class RowsOfDimension(NamedTuple):
    """Rows of one dimension: what they are of, and how many of what each of R ratees has.

    ``at`` (N,) are numbers of ratees; ``nested`` (N,) dimensions of competencies and ``rater`` and
    ``others`` (N, 2) codes, -1 for none.
    """

    dimension: int
    at: Codes
    nested: Codes
    rater: Codes
    others: Codes
    rows: Rows
    n: Counts
    n_raters: Counts
    n_items: Counts


@dataclass(frozen=True, eq=False, kw_only=True)
class LaterEvidence:
    """Evidence of R ratees in one cycle.

    Attributes
    ----------
    held : Held
    framework : Framework
    ratees : tuple of str
    panel, answers, results
        Of these ratees alone.
    """

    held: Held
    framework: Framework
    ratees: tuple[str, ...]
    rating_arrays: RatingArrays | None
    answers: Answers | None
    results: Results | None

    @cached_property
    def told(self) -> tuple[RowsOfDimension, ...]:
        """Rows of every dimension that is held and that somebody has evidence of."""
        return tuple(self._told())

    @cached_property
    def rows(self) -> Rows:
        """Rows of all dimensions, one after the other."""
        width = max((one.rows.steps.shape[1] for one in self.told), default=1)
        steps = [_padded(one.rows.steps, width) for one in self.told]
        rest = [np.concatenate([np.empty(0), *(one.rows[k] for one in self.told)]) for k in (1, 2, 3)]
        return Rows(np.vstack([np.empty((0, width)), *steps]), rest[0], rest[1], rest[2].astype(bool))

    @cached_property
    def newcomers(self) -> tuple[tuple[str, str], ...]:
        """Facet and name of raters and relationships that are not held."""
        if self.rating_arrays is None:
            return ()
        present = {"rater": self.rating_arrays.raters, "relationship": self.rating_arrays.relationships}
        return tuple(
            (facet, name)
            for facet in _FACETS
            if facet in self.held.elements
            for name in present[facet]
            if (facet, name) not in self.held.places
        )

    def own_rows(self) -> Iterator[OwnRows]:
        """Rows of every ratee; others are numbered as held, newcomers after them."""
        width, n_others = len(self.held.dimensions), len(self.held.location) + len(self.newcomers)
        none = np.empty(0, dtype=np.int64)
        at = np.concatenate([none, *(one.at * width for one in self.told)])
        if len(at) == 0:
            return iter([OwnRows(none, np.empty((0, 0)), none)] * len(self.ratees))
        main = at + np.concatenate([none, *(np.full(len(one.at), one.dimension) for one in self.told)])
        nested = np.concatenate([none, *(one.nested for one in self.told)])
        rater = np.concatenate([none, *(one.rater for one in self.told)])
        others = np.vstack([np.empty((0, 2), dtype=np.int64), *(one.others for one in self.told)])
        own = np.stack([main, np.where(nested >= 0, at + nested, -1)], axis=1)
        n_raters = int(rater.max(initial=-1)) + 1
        # Raters stand in the design twice: once to tell pairs, which have a halo each.
        sizes = [len(self.ratees) * width, n_raters, n_others]
        design = design_of([own, rater, others], sizes, [1.0, -1.0, -1.0], ratee=0, rater=1, width=width)
        return own_rows(design, np.arange(n_raters + n_others) >= n_raters, halo=self.held.halo > 0)

    def place(self, source: Dated) -> Codes:
        """Number of each of the ratees of a source among these."""
        where = {name: n for n, name in enumerate(self.ratees)}
        return np.array([where[name] for name in source.ratees], dtype=np.int64)

    def of_items(self, items: tuple[str, ...], scale: ItemScale | None = None) -> NDArray[np.intp]:
        """Ratings by others of some items; of those alone that a scale knows, where it is given."""
        if self.rating_arrays is None:
            return np.empty(0, dtype=np.intp)
        rows = np.flatnonzero(self.rating_arrays.counts & self.rating_arrays.of_items(items))
        if scale is None:
            return rows
        return rows[
            np.isfinite(scale.steps_of(self.rating_arrays.items, self.rating_arrays.item[rows])).any(axis=1)
        ]

    def distinct(self, source: Dated, rows: NDArray[np.intp] | Flags, what: Codes) -> Counts:
        """Number of distinct things that each ratee has in some rows, shape (R,)."""
        at = self.place(source)[source.ratee[rows]]
        return n_distinct(at, what[rows], np.arange(len(self.ratees)))

    def _told(self) -> Iterator[RowsOfDimension]:
        for number, name in enumerate(self.held.dimensions[: self.held.free]):
            kind, _, factor = name.rpartition(":")
            scale = self.held.scale(name)
            if kind == "exam" and self.answers is not None:
                yield from self._exam(number, factor, scale, self.answers)
            elif kind == "outcomes" and self.results is not None:
                yield from self._outcomes(number, factor, self.results)
            elif kind == "" and scale is not None and self.rating_arrays is not None:
                yield from self._rated(number, factor, scale, self.rating_arrays)

    def _rated(
        self, number: int, factor: str, scale: ItemScale, rating_arrays: RatingArrays
    ) -> Iterator[RowsOfDimension]:
        items = self.framework.items_of(factor)
        given = self.of_items(tuple(item.id for item in items))
        rows = self.of_items(tuple(item.id for item in items), scale)
        nested = {
            item.id: self.held.dimensions.index(name)
            for item in items
            if (name := f"{factor}/{item.competency}") in self.held.dimensions
        }
        of_item = np.array([nested.get(name, -1) for name in rating_arrays.items], dtype=np.int64)
        codes = [
            self._codes("rater", rating_arrays.raters),
            self._codes("relationship", rating_arrays.relationships),
        ]
        others = np.stack(
            [codes[0][rating_arrays.rater[rows]], codes[1][rating_arrays.relationship[rows]]], axis=1
        )
        yield RowsOfDimension(
            number,
            self.place(rating_arrays)[rating_arrays.ratee[rows]],
            of_item[rating_arrays.item[rows]],
            rating_arrays.rater[rows].astype(np.int64),
            others,
            Rows(
                scale.steps_of(rating_arrays.items, rating_arrays.item[rows]),
                scale.rung_of(rating_arrays.rating[rows]),
                rating_arrays.weight[rows],
                np.zeros(len(rows), dtype=bool),
            ),
            add_up(self.place(rating_arrays)[rating_arrays.ratee[given]], len(self.ratees)).astype(np.int64),
            self.distinct(rating_arrays, rows, rating_arrays.rater),
            self.distinct(rating_arrays, rows, rating_arrays.item),
        )

    def _exam(
        self, number: int, factor: str, scale: ItemScale | None, answers: Answers
    ) -> Iterator[RowsOfDimension]:
        given = answers_to(answers, self.framework, factor)
        if len(given) == 0:
            return
        at = self.place(answers)[answers.ratee[given]]
        n = add_up(at, len(self.ratees)).astype(np.int64)
        questions, item = questions_of(answers, self.framework, given)
        score = answers.score[given]
        if scale is None:
            persons, person = np.unique(at, return_inverse=True)
            names = tuple(self.ratees[p] for p in persons.tolist())
            found = attained_answers(self.held.dimensions[number], questions, (person, item, score), names)
            yield _values(number, persons, found, n, n)
            return
        # A mark of k out of m is k trials that went right and m - k that did not.
        most = np.array([question.max_score for question in questions])[item]
        steps = scale.steps_of([question.id for question in questions], item)
        weight = np.concatenate([score, most - score]).astype(float)
        kept = np.flatnonzero((weight > 0) & np.isfinite(np.vstack([steps, steps])).any(axis=1))
        right = np.repeat([1.0, 0.0], len(given))
        told = Rows(np.vstack([steps, steps]), right, weight, np.zeros(len(right), dtype=bool))
        none = np.full(len(kept), -1)
        rows = Rows(*(each[kept] for each in told))
        both = np.stack([none, none], axis=1)
        yield RowsOfDimension(
            number, np.concatenate([at, at])[kept], none, none, both, rows, n, np.zeros_like(n), n
        )

    def _outcomes(self, number: int, factor: str, results: Results) -> Iterator[RowsOfDimension]:
        found = achieved_factor(results, self.framework, factor, occasions_of((results,)))
        if found is None:
            return
        at = self.place(results)[found.occasions // (len(results.cycles) + 1)]
        n, n_items = np.zeros((2, len(self.ratees)), dtype=np.int64)
        n[at], n_items[at] = found.n, found.n_items
        yield _values(number, at, found.source(()), n, n_items)

    def _codes(self, facet: str, names: tuple[str, ...]) -> Codes:
        """Number of each element among what is held and the newcomers; -1 where the facet has no effect."""
        after = {pair: len(self.held.location) + n for n, pair in enumerate(self.newcomers)}
        known = {**self.held.places, **after}
        return np.array([known.get((facet, name), -1) for name in names], dtype=np.int64)


def _values(number: int, at: Codes, found: ValueBlock, n: Counts, n_items: Counts) -> RowsOfDimension:
    """Rows of values with known error."""
    none = np.full(len(at), -1)
    rows = Rows(np.full((len(at), 1), np.inf), found.value, 1 / found.se**2, np.ones(len(at), dtype=bool))
    return RowsOfDimension(
        number, at, none, none, np.stack([none, none], axis=1), rows, n, np.zeros_like(n), n_items
    )


def _padded(steps: Floats, width: int) -> Floats:
    return np.pad(steps, ((0, 0), (0, width - steps.shape[1])), constant_values=np.inf)
