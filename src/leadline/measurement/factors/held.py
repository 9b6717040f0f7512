"""What a calibration found, for a later scoring of the same cycle to hold to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_array

from leadline.measurement.factors.calibrated import Calibrated
from leadline.measurement.factors.kinds.item_scale import ItemScale, scale_of
from leadline.measurement.factors.kinds.rating_arrays import RatingArrays
from leadline.measurement.kernels.arrays import Codes, Floats, add_up, n_distinct
from leadline.measurement.kernels.elimination import conjugate_gradients
from leadline.measurement.variational.anew import inverse
from leadline.measurement.variational.calibrate import calibration_of
from leadline.measurement.variational.messages import Messages, messages_of
from leadline.measurement.variational.posterior import DENSE, EXACT


@dataclass(frozen=True, eq=False, kw_only=True)
class HeldScale:
    """A dimension with items: ratings of a factor, or its exam.

    Attributes
    ----------
    dimension : str
    scale : ItemScale
    se : array, shape (I,), logits
        Standard errors of difficulties.
    threshold_se : array, shape (K-1,), logits
    counts : array, shape (I, L)
        Ratings of each item in each category, in the order of the scale's labels.
    n_raters, n_ratees : array of int, shape (I,)
        Distinct raters (ratees, where nobody judged) and ratees of each item.
    """

    dimension: str
    scale: ItemScale
    se: Floats
    threshold_se: Floats
    counts: Floats
    n_raters: NDArray[np.int64]
    n_ratees: NDArray[np.int64]


class Others(NamedTuple):
    """What everybody but one ratee told of B raters and relationships, jointly normal.

    ``mean`` (B,) and ``precision`` (B, B); ``zero`` (B,) says how the place of the zero among all of
    them follows theirs, ``level`` its variance beyond that.
    """

    mean: Floats
    precision: Floats
    zero: Floats
    level: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Held:
    """Everything of a calibration but the ratees. W dimensions, M locations beside the ratees'.

    Attributes
    ----------
    dimensions : tuple of str
        The first ``free`` are those of `Measures`, the others competencies as ``factor/competency``.
    free : int
    mean, covariance : array, shape (W,) and (W, W)
        Of people.
    halo : float
        Variance.
    elements : mapping of facet to tuple of str
        Raters, and relationships where there were several; facet by facet they are the M locations.
    variance : mapping of facet to float
        Among elements; what is assumed of one who was not there.
    location, se : array, shape (M,), logits
        Severities and effects with their standard errors.
    prior : array, shape (M,)
        Prior precision.
    column : array of int, shape (M,)
        Place of each in the factor of the measures' `JointPosterior`.
    zero : array, shape (M,)
        Weights of the mean that is presented as 0.
    told : array, shape (W,)
        1 for dimensions that raters place, else 0.
    scales : tuple of HeldScale
    n_raters : mapping of relationship to int
        Distinct raters, over everybody.
    messages : Messages
    """

    dimensions: tuple[str, ...]
    free: int
    mean: Floats
    covariance: Floats
    halo: float
    elements: Mapping[str, tuple[str, ...]]
    variance: Mapping[str, float]
    location: Floats
    se: Floats
    prior: Floats
    column: Codes
    zero: Floats
    told: Floats
    scales: tuple[HeldScale, ...]
    n_raters: Mapping[str, int]
    messages: Messages

    @cached_property
    def places(self) -> dict[tuple[str, str], int]:
        """Number of each element of each facet."""
        pairs = ((facet, name) for facet, names in self.elements.items() for name in names)
        return {pair: n for n, pair in enumerate(pairs)}

    def scale(self, dimension: str) -> ItemScale | None:
        """Items of a dimension; None where it has none."""
        return next((one.scale for one in self.scales if one.dimension == dimension), None)

    def others(self, ratee: str, index: Codes) -> Others:
        """What everybody else told of some raters and relationships.

        The ratee's own message, if there is one, is taken out, so that ratings which stay are not counted
        twice.

        Parameters
        ----------
        ratee : str
            As in ``messages``.
        index : array of int, shape (B,)
            Those of the ratee's message at least.

        Returns
        -------
        Others
        """
        own = self.messages.of(ratee)
        at = np.searchsorted(index, own.others)
        among = self._solved(np.eye(len(self.location))[:, index])[index]
        zero = self._towards_zero
        precision = inverse(among)
        follows = precision @ zero[index]
        precision[np.ix_(at, at)] -= own.precision
        force = np.zeros(len(index))
        force[at] = own.force
        return Others(
            mean=self.location[index] - np.linalg.solve(precision, force),
            precision=precision,
            zero=follows,
            level=float(self.zero @ zero - zero[index] @ follows),
        )

    def shared(self, coupling: Floats) -> Floats:
        """Covariance of ``coupling @ x``, shape (D, D), for locations x as the calibration knew them."""
        return np.asarray(coupling @ self._solved(coupling.T))

    @cached_property
    def _towards_zero(self) -> Floats:
        """Covariance of every location with the mean that is presented as 0, shape (M,)."""
        return self._solved(self.zero[:, None])[:, 0]

    @cached_property
    def _precision(self) -> csr_array:
        return self.messages.precision(self.prior)

    @cached_property
    def _factor(self) -> tuple[Floats, bool]:
        found: tuple[Floats, bool] = cho_factor(self._precision.toarray(), lower=True)
        return found

    def _solved(self, right: Floats) -> Floats:
        """Covariance of all locations times some columns, shape (M, k)."""
        if len(self.prior) <= DENSE:
            return np.asarray(cho_solve(self._factor, right)) if right.size else right
        diagonal = self._precision.diagonal()[:, None]
        return conjugate_gradients(lambda x: self._precision @ x, right, lambda y: y / diagonal, EXACT)


def held_of(calibrated: Calibrated) -> Held:
    """What a later scoring holds to.

    Parameters
    ----------
    calibrated : Calibrated

    Returns
    -------
    Held
    """
    common = calibrated.common
    layout, state = common.layout, common.found.state
    facets = layout.facets[1:]
    free = {facet for f, facet in enumerate(facets, start=1) if np.isnan(state.prior.held[f]).all()}
    kept = np.concatenate(
        [np.full(len(layout.elements[f]), f in free) for f in facets] or [np.empty(0, bool)]
    )
    by_facet = range(1, len(layout.facets))

    def of_others(values: Sequence[Floats]) -> Floats:
        found: Floats = np.concatenate([*values, np.empty(0)])[kept]
        return found

    variances = dict(zip(facets, state.prior.variances[1:], strict=True))
    return Held(
        dimensions=layout.dimensions,
        free=layout.free,
        mean=state.prior.mean,
        covariance=state.prior.covariance,
        halo=state.prior.halo,
        elements={facet: layout.elements[facet] for facet in facets if facet in free},
        variance={facet: float(variances[facet] or 0.0) for facet in facets if facet in free},
        location=of_others(state.locations[1:]),
        se=np.sqrt(of_others([common.variances[facet] for facet in facets])),
        prior=of_others([state.prior.precision(f) for f in by_facet]),
        column=np.flatnonzero(kept),
        zero=of_others(common.zero[1:]),
        told=common.told,
        scales=tuple(_scales(calibrated)),
        n_raters=_raters_by_relationship(calibrated.rating_arrays),
        messages=messages_of(common, kept),
    )


def _scales(calibrated: Calibrated) -> Iterator[HeldScale]:
    """Items of every part, with how many told of each."""
    known = {name: one.calibration for name, one in calibrated.rated.items()}
    for number, ready in enumerate(calibrated.common.parts):
        dimension, ratings = ready.part.dimension, ready.part.ratings
        calibration = known.get(dimension) or calibration_of(calibrated.common, number).calibration
        item, items = ratings.index["item"], ratings.elements["item"]
        everybody = np.arange(len(items))
        labels, label = ratings.labels
        counts = add_up(item.astype(np.int64) * len(labels) + label, len(items) * len(labels))
        information = calibration.summary.step_information.sum(axis=0)
        yield HeldScale(
            dimension=dimension,
            scale=scale_of(items, calibration),
            se=calibration.se[-1],
            threshold_se=1 / np.sqrt(np.where(information > 0, information, np.nan)),
            counts=counts.reshape(len(items), len(labels)),
            n_raters=n_distinct(item, ratings.index.get("rater", ratings.index["ratee"]), everybody),
            n_ratees=n_distinct(item, ratings.index["ratee"], everybody),
        )


def _raters_by_relationship(rating_arrays: RatingArrays | None) -> dict[str, int]:
    if rating_arrays is None:
        return {}
    groups = np.arange(len(rating_arrays.relationships))
    n = n_distinct(
        rating_arrays.relationship[rating_arrays.counts], rating_arrays.rater[rating_arrays.counts], groups
    )
    return dict(zip(rating_arrays.relationships, n.tolist(), strict=True))
