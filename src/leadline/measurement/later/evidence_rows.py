"""Evidence of some ratees as rows of a calibration that is held."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from leadline.frameworks import Framework
from leadline.frameworks import Kind as KindName
from leadline.measurement.factors.held import Held
from leadline.measurement.factors.kinds.all_kinds import KINDS, kind_and_factor
from leadline.measurement.factors.kinds.kind import Counts, RowsOfDimension
from leadline.measurement.factors.kinds.occasions import Dated
from leadline.measurement.factors.kinds.rating_arrays import RatingArrays
from leadline.measurement.kernels.arrays import Codes, Flags, Floats, n_distinct
from leadline.measurement.variational.anew import Rows
from leadline.measurement.variational.design import design_of
from leadline.measurement.variational.messages import OwnRows, own_rows

_FACETS = ("rater", "relationship")


@dataclass(frozen=True, eq=False, kw_only=True)
class LaterEvidence:
    """Evidence of R ratees in one cycle.

    Attributes
    ----------
    held : Held
    framework : Framework
    ratees : tuple of str
    evidence : mapping of kind to arrays
        Of these ratees alone.
    """

    held: Held
    framework: Framework
    ratees: tuple[str, ...]
    evidence: Mapping[KindName, Dated]

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Dimensions of the calibration, competencies after factors."""
        return self.held.dimensions

    @property
    def rating_arrays(self) -> RatingArrays | None:
        """The ratings."""
        found = self.evidence.get("ratings")
        return found if isinstance(found, RatingArrays) else None

    @cached_property
    def dimension_rows(self) -> tuple[RowsOfDimension, ...]:
        """Rows of every dimension that is held and that somebody has evidence of."""
        return tuple(self._dimension_rows())

    @cached_property
    def rows(self) -> Rows:
        """Rows of all dimensions, one after the other."""
        width = max((one.rows.steps.shape[1] for one in self.dimension_rows), default=1)
        steps = [_padded(one.rows.steps, width) for one in self.dimension_rows]
        rest = [
            np.concatenate([np.empty(0), *(one.rows[k] for one in self.dimension_rows)]) for k in (1, 2, 3)
        ]
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
        at = np.concatenate([none, *(one.at * width for one in self.dimension_rows)])
        if len(at) == 0:
            return iter([OwnRows(none, np.empty((0, 0)), none)] * len(self.ratees))
        main = at + np.concatenate(
            [none, *(np.full(len(one.at), one.dimension) for one in self.dimension_rows)]
        )
        nested = np.concatenate([none, *(one.nested for one in self.dimension_rows)])
        rater = np.concatenate([none, *(one.rater for one in self.dimension_rows)])
        others = np.vstack([np.empty((0, 2), dtype=np.int64), *(one.others for one in self.dimension_rows)])
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

    def distinct(self, source: Dated, rows: NDArray[np.intp] | Flags, what: Codes) -> Counts:
        """Number of distinct things that each ratee has in some rows, shape (R,)."""
        at = self.place(source)[source.ratee[rows]]
        return n_distinct(at, what[rows], np.arange(len(self.ratees)))

    def _dimension_rows(self) -> Iterator[RowsOfDimension]:
        for number, name in enumerate(self.held.dimensions[: self.held.free]):
            kind, factor = kind_and_factor(name)
            if kind in self.evidence:
                found = KINDS[kind].later(self.evidence[kind], self, number, factor, self.held.scale(name))
                if found is not None:
                    yield found

    def numbers(self, facet: str, names: tuple[str, ...]) -> Codes:
        """Number of each element among what is held and the newcomers; -1 where the facet has no effect."""
        after = {pair: len(self.held.location) + n for n, pair in enumerate(self.newcomers)}
        known = {**self.held.places, **after}
        return np.array([known.get((facet, name), -1) for name in names], dtype=np.int64)


def _padded(steps: Floats, width: int) -> Floats:
    return np.pad(steps, ((0, 0), (0, width - steps.shape[1])), constant_values=np.inf)
