"""Measures of a few ratees in the place of those they had, everybody else's to the byte as they were."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from leadline import __version__
from leadline.evidence import Evidence
from leadline.measurement.factors.combine import combined, information
from leadline.measurement.factors.cycle_view import people_of
from leadline.measurement.factors.held import Held
from leadline.measurement.factors.joint_posterior import JointPosterior
from leadline.measurement.factors.kinds.all_kinds import KINDS, kind_and_factor
from leadline.measurement.factors.kinds.kind import Counted, Counts
from leadline.measurement.factors.kinds.ratings import rows_of_items, self_located
from leadline.measurement.factors.measures import Measures
from leadline.measurement.kernels.arrays import Floats
from leadline.measurement.later.evidence_rows import LaterEvidence
from leadline.measurement.values.dimension import CompetencyMeasure, Dimension
from leadline.measurement.variational.anew import Placed
from leadline.measurement.variational.evidence_blocks import nested_dimension

_MOST_SHARED = 0.999
"""Of a ratee's variance that may be shared with others, so that some is left of its own."""

One = TypeVar("One", Dimension, CompetencyMeasure)


@dataclass(frozen=True, eq=False, kw_only=True)
class Merging:
    """Measures before, and R ratees who were measured anew; None for one without any evidence."""

    before: Measures
    held: Held
    fresh: LaterEvidence
    placed: Sequence[Placed | None]

    def measures(self, evidence: Evidence) -> Measures:
        """Measures of everybody.

        Parameters
        ----------
        evidence : Evidence
            Of the ratees who were measured anew.

        Returns
        -------
        Measures
        """
        before, fresh = self.before, self.fresh
        anew = list(self._dimensions())
        dimensions = tuple(self._one(*pair) for pair in zip(before.dimensions, anew, strict=True))
        posterior = self._posterior()
        value, error, partial = combined(dimensions, before.factors, posterior)
        names, team = people_of(evidence, fresh.ratees)
        others = sum(
            (one.n_items for one in anew if one.kind != "ratings"), np.zeros(len(anew[0].n), np.int64)
        )
        teams = self._of_everybody(np.array(before.team, object), np.array(team, object))
        arrays: dict[str, Any] = {
            "factor_value": value[self._at],
            "factor_se": error[self._at],
            "factor_partial": partial[self._at],
            "information": information(dimensions, before.factors, posterior)[self._at],
            "n_raters": self._distinct("rater"),
            "n_items": others + self._distinct("item"),
        }
        arrays = {name: self._of_everybody(getattr(before, name), new) for name, new in arrays.items()}
        return replace(
            before,
            ratees=self.ratees,
            names={**before.names, **names},
            team=tuple(teams.tolist()),
            dimensions=dimensions,
            competencies=tuple(self._one(one, self._competency(one.id)) for one in before.competencies),
            posterior=posterior,
            by_relationship={
                name: self._of_everybody(old, self._distinct("rater", name))
                for name, old in before.by_relationship.items()
            },
            fits={},
            quality=tuple(q for q in before.quality if q.kind != "ratee" or q.element not in fresh.ratees),
            engine_version=__version__,
            input_hash=self._hash(evidence),
            **arrays,
        )

    @cached_property
    def ratees(self) -> tuple[str, ...]:
        """Everybody, sorted."""
        return tuple(sorted({*self.before.ratees, *self.fresh.ratees}))

    @cached_property
    def _at(self) -> NDArray[np.int64]:
        """Places of those measured anew, shape (R,)."""
        return self._places(self.fresh.ratees)

    def _places(self, names: Sequence[str]) -> NDArray[np.int64]:
        where = {name: n for n, name in enumerate(self.ratees)}
        return np.array([where[name] for name in names], dtype=np.int64)

    def _of_everybody(self, old: NDArray[Any], new: NDArray[Any]) -> NDArray[Any]:
        """What was, with the rows of those measured anew."""
        found = np.empty((len(self.ratees), *old.shape[1:]), dtype=old.dtype)
        found[self._places(self.before.ratees)] = old
        found[self._at] = new
        return found

    def _one(self, old: One, new: One) -> One:
        changed: dict[str, Any] = {
            name: self._of_everybody(value, getattr(new, name))
            for name, value in vars(old).items()
            if isinstance(value, np.ndarray)
        }
        return replace(old, **changed)

    @cached_property
    def _known(self) -> tuple[Floats, Floats]:
        """Means (R, W) and covariances (R, W, W) of those measured anew; else the group's."""
        nothing = Placed(self.held.mean, self.held.covariance, np.empty(0))
        each = [one or nothing for one in self.placed]
        width = len(self.held.dimensions)
        return (
            np.array([one.mean for one in each]).reshape(-1, width),
            np.array([one.covariance for one in each]).reshape(-1, width, width),
        )

    def _dimensions(self) -> Iterator[Dimension]:
        rows = {one.dimension: one for one in self.fresh.dimension_rows}
        none = np.zeros(len(self.fresh.ratees), dtype=np.int64)
        mean, covariance = self._known
        for number, old in enumerate(self.before.dimensions):
            own = rows.get(number)
            n, n_raters, n_items = Counted(none, none, none) if own is None else own.counted
            theta = np.where(n > 0, mean[:, number], np.nan)
            theta_se = np.where(n > 0, np.sqrt(covariance[:, number, number]), np.nan)
            value, error = old.curve.with_error(theta, theta_se)
            kind, _ = kind_and_factor(self.held.dimensions[number])
            in_logits = 1.0 if KINDS[kind].in_logits else np.nan
            yield replace(
                old,
                value=value,
                se=error,
                theta=theta * in_logits,
                theta_se=theta_se * in_logits,
                n=n,
                n_raters=n_raters,
                n_items=n_items,
            )

    def _competency(self, competency: str) -> CompetencyMeasure:
        fresh, held = self.fresh, self.held
        factor = fresh.framework.competency(competency).factor
        items = fresh.framework.items_of(competency)
        nothing, none = np.full(len(fresh.ratees), np.nan), np.zeros(len(fresh.ratees), dtype=np.int64)
        found = CompetencyMeasure(
            id=competency, value=nothing, se=nothing, n_raters=none, n_items=none, self_value=nothing
        )
        rating_arrays, scale = fresh.rating_arrays, held.scale(factor)
        if rating_arrays is None or scale is None:
            return found
        names = tuple(item.id for item in items)
        rows = rows_of_items(rating_arrays, names, scale)
        own = np.flatnonzero(rating_arrays.is_self & rating_arrays.of_items(names))
        nested = nested_dimension(factor, competency)
        parts = [held.dimensions.index(name) for name in (factor, nested) if name in held.dimensions]
        mean, covariance = self._known
        n_raters = fresh.distinct(rating_arrays, rows, rating_arrays.rater)
        has = n_raters > 0
        error = np.sqrt(covariance[:, parts][:, :, parts].sum(axis=(1, 2)))
        curve = scale.curve(fresh.framework, factor, items)
        value, se = curve.with_error(
            np.where(has, mean[:, parts].sum(axis=1), np.nan), np.where(has, error, np.nan)
        )
        by, location = self_located(rating_arrays, scale, own)
        themselves = np.full(len(fresh.ratees), np.nan)
        themselves[fresh.place(rating_arrays)[by // (len(rating_arrays.cycles) + 1)]] = location
        return replace(
            found,
            value=value,
            se=se,
            n_raters=n_raters,
            n_items=fresh.distinct(rating_arrays, rows, rating_arrays.item),
            self_value=curve(themselves),
        )

    def _distinct(self, what: str, relationship: str | None = None) -> Counts:
        """Number of distinct raters or items of each; of one relationship, whether it counts or not."""
        rating_arrays = self.fresh.rating_arrays
        if rating_arrays is None:
            return np.zeros(len(self.fresh.ratees), dtype=np.int64)
        rows = rating_arrays.counts
        if relationship is not None:
            rows = np.array([name == relationship for name in rating_arrays.relationships], dtype=bool)[
                rating_arrays.relationship
            ]
        return self.fresh.distinct(rating_arrays, rows, getattr(rating_arrays, what))

    def _posterior(self) -> JointPosterior:
        old, free = self.before.posterior, self.held.free
        mean, covariance = (each[:, :free] for each in self._known)
        covariance = covariance[:, :, :free]
        own = [self._own_and_shared(one, known) for one, known in zip(self.placed, covariance, strict=True)]
        root = np.array([each for each, _ in own]).reshape(-1, free, free)
        coupling = csr_array(vstack([old.coupling, *(csr_array(each) for _, each in own)]))
        line = self._of_everybody(
            np.arange(old.mean.size).reshape(-1, free),
            old.mean.size + np.arange(mean.size).reshape(-1, free),
        )
        return replace(
            old,
            mean=self._of_everybody(old.mean, mean),
            covariance=self._of_everybody(old.covariance, covariance),
            root=self._of_everybody(old.root, root),
            coupling=csr_array(coupling[line.ravel()]),
        )

    def _own_and_shared(self, placed: Placed | None, covariance: Floats) -> tuple[Floats, Floats]:
        """Root of the error that is the ratee's own, and the coupling with what all share.

        Raters are drawn as they were known at first. Where the ratee's new rows told so much of them
        that too little error is left of the ratee's own, less of theirs is shared.
        """
        old, held = self.before.posterior, self.held
        if not old.factor.size:
            return np.asarray(np.linalg.cholesky(covariance)), np.zeros((held.free, 0))
        zero = np.outer(held.told[: held.free], held.zero)
        follows = zero if placed is None else placed.follows
        shared = held.shared(follows - zero)
        root = np.linalg.cholesky(covariance)
        whitened = np.linalg.solve(root, np.linalg.solve(root, shared).T)
        largest = float(np.linalg.eigvalsh((whitened + whitened.T) / 2)[-1])
        share = min(1.0, float(np.sqrt(_MOST_SHARED / max(largest, _MOST_SHARED))))
        coupling = np.zeros((held.free, len(old.factor)))
        coupling[:, held.column] = -share * follows - (1 - share) * zero
        return np.asarray(np.linalg.cholesky(covariance - share**2 * shared)), coupling

    def _hash(self, evidence: Evidence) -> str:
        parts = (self.before.input_hash, evidence.hash, *self.fresh.ratees)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()
