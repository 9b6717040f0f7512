"""Blocks of evidence about the same people put side by side: one element a person, rater, site, ..."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from leadline.errors import MeasurementError
from leadline.measurement.kernels.arrays import Codes, Floats
from leadline.measurement.kernels.extremes import Screened, screened
from leadline.measurement.kernels.system import Point, System
from leadline.measurement.kernels.ucon import prox_start
from leadline.measurement.values.calibration import Anchors, anchor_values, system_of, with_anchors
from leadline.measurement.values.facet import sign_of
from leadline.measurement.values.ratings import Ratings
from leadline.measurement.variational.design import Design, design_of
from leadline.measurement.variational.direct import Rows, rows_of
from leadline.measurement.variational.optimise import State
from leadline.measurement.variational.prior import DEPARTURE_START, RATEE_START, Prior
from leadline.measurement.variational.source import Family, GaussianValues, Source, source_of

_COMPETENCY = "competency"
_FURTHEST = 4.0


@dataclass(frozen=True, eq=False, kw_only=True)
class RatingBlock:
    """Ratings, or answers, that tell of one dimension of the ratees.

    Attributes
    ----------
    dimension : str
    ratings : Ratings
    shared : bool
        Items share their thresholds.
    family : {"slope 1", "own slopes", "cumulative"}
    competencies : mapping of item to str
        Empty, or the competency of every item: ratees may depart from the dimension in each.
    """

    dimension: str
    ratings: Ratings
    shared: bool = True
    family: Family = "slope 1"
    competencies: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def facets(self) -> tuple[str, ...]:
        """Facets, the item last."""
        return (*(facet for facet in self.ratings.facets if facet != "item"), "item")

    @cached_property
    def index(self) -> list[NDArray[np.int32]]:
        """Elements of every rating by facet, the item last."""
        return [self.ratings.index[facet] for facet in self.facets]

    @cached_property
    def sizes(self) -> list[int]:
        """Elements of each facet, the item last."""
        return [len(self.ratings.elements[facet]) for facet in self.facets]

    @cached_property
    def labels(self) -> tuple[Codes, Codes]:
        """Ratings that occur, and the position of every rating among them."""
        return self.ratings.labels

    @cached_property
    def departures(self) -> tuple[str, ...]:
        """Competencies, in order; none where the dimension has but one."""
        found = tuple(sorted(set(self.competencies.values())))
        return found if len(found) > 1 else ()


@dataclass(frozen=True, eq=False, kw_only=True)
class ValueBlock:
    """Values of a dimension with known error, one a ratee. In the units of the dimension."""

    dimension: str
    ratees: tuple[str, ...]
    value: Floats
    se: Floats


@dataclass(frozen=True, eq=False, kw_only=True)
class PreparedBlock:
    """A part ready for the search: who is set aside, the likelihood, where to begin."""

    part: RatingBlock
    screen: Screened
    system: System
    start: Point
    answers: Rows | None = None

    @property
    def rows(self) -> tuple[Codes, ...]:
        """Elements of every combination by facet."""
        at = self.system.start
        return self.system.index if at is None else tuple(each[at] for each in self.system.index)


def nested_dimension(dimension: str, competency: str) -> str:
    """Name of a competency's departure from its dimension.

    Examples
    --------
    >>> nested_dimension("insight", "customers")
    'insight/customers'
    """
    return f"{dimension}/{competency}"


def loaded(part: RatingBlock, anchors: Anchors) -> PreparedBlock:
    """A part with the items that do not vary set aside.

    The prior holds extreme people, so nobody else is.

    Raises
    ------
    MeasurementError
        All ratings are equal.
    """
    ratings, facets = part.ratings, part.facets
    held = [anchor_values(ratings, facet, anchors.get(facet, {})) for facet in facets]
    fixed = [np.isfinite(values) for values in held]
    kept = [np.ones(size, dtype=bool) for size in part.sizes[:-1]]
    labels, label = part.labels
    screen = screened(
        part.index, part.sizes, label, n_labels=len(labels), shared=part.shared, held=[*kept, fixed[-1]]
    )
    if not screen.kept.any():
        raise MeasurementError("measurement.no_variation", n=ratings.n)
    if part.departures:
        number = {name: n for n, name in enumerate(part.departures)}
        of_item = np.array([number[part.competencies[i]] for i in ratings.elements["item"]], dtype=np.int32)
        ratings = replace(
            ratings,
            index={**ratings.index, _COMPETENCY: of_item[ratings.index["item"]]},
            elements={**ratings.elements, _COMPETENCY: part.departures},
        )
        facets = (*facets[:-1], _COMPETENCY, "item")
        fixed = [*fixed[:-1], np.zeros(len(part.departures), dtype=bool), fixed[-1]]
        held = [*held[:-1], np.full(len(part.departures), np.nan), held[-1]]
    system = system_of(ratings, facets, screen, fixed, shared=part.shared)
    start = with_anchors(system, prox_start(system, facets.index("ratee")), held)
    answers = None
    if part.family != "slope 1":
        index = [ratings.index[facet][screen.kept] for facet in facets]
        sizes = [len(ratings.elements[facet]) for facet in facets]
        answers = rows_of(index, sizes, screen.rung[screen.kept], ratings.weight[screen.kept])
    return PreparedBlock(part=part, screen=screen, system=system, start=start, answers=answers)


@dataclass(frozen=True, eq=False, kw_only=True)
class Layout:
    """Elements shared by all parts, and where each part's are among them.

    Attributes
    ----------
    facets : tuple of str
        ``ratee`` first; the item, which no parts share, is not among them.
    elements : mapping of facet to tuple of str
    dimensions : tuple of str
        In the order of a ratee's elements; competencies as ``dimension/competency`` after them.
    free : int
        Dimensions that are no competencies.
    """

    facets: tuple[str, ...]
    elements: Mapping[str, tuple[str, ...]]
    dimensions: tuple[str, ...]
    free: int

    @property
    def width(self) -> int:
        """Dimensions of a ratee, competencies included."""
        return len(self.dimensions)

    @property
    def sizes(self) -> list[int]:
        """Elements of each facet, dimensions of ratees counted one by one."""
        return [len(self.elements[f]) * (self.width if f == "ratee" else 1) for f in self.facets]

    @property
    def signs(self) -> list[float]:
        """Whether an element adds to a location or is taken from it."""
        return [sign_of(facet) for facet in self.facets]

    def places(self, facet: str, names: Sequence[str]) -> Codes:
        """Position of each name among the shared elements."""
        if names == self.elements[facet]:
            return np.arange(len(names), dtype=np.int64)
        where = {name: n for n, name in enumerate(self.elements[facet])}
        return np.array([where[name] for name in names], dtype=np.int64)


def layout_of(parts: Sequence[RatingBlock], attained: Sequence[ValueBlock]) -> Layout:
    """What the parts share."""
    facets = tuple(dict.fromkeys(("ratee", *(f for part in parts for f in part.facets[:-1]))))
    elements = {}
    for facet in facets:
        sets = [part.ratings.elements[facet] for part in parts if facet in part.facets]
        sets += [each.ratees for each in attained] if facet == "ratee" else []
        elements[facet] = sets[0] if len(sets) == 1 else tuple(sorted(set().union(*sets)))
    main = [*(part.dimension for part in parts), *(each.dimension for each in attained)]
    nested = [nested_dimension(part.dimension, name) for part in parts for name in part.departures]
    return Layout(facets=facets, elements=elements, dimensions=(*main, *nested), free=len(main))


def design_of_blocks(
    layout: Layout, parts: Sequence[PreparedBlock], attained: Sequence[ValueBlock]
) -> tuple[Design, tuple[Source, ...]]:
    """Combinations of all parts one after the other, and their likelihoods."""
    columns: list[list[Codes]] = [[] for _ in layout.facets]
    sources: list[Source] = []
    for number, part in enumerate(parts):
        facets = (*part.part.facets[:-1], *((_COMPETENCY,) if part.part.departures else ()))
        rows = dict(zip(facets, part.rows, strict=True))
        for f, facet in enumerate(layout.facets):
            columns[f].append(_column(layout, part.part, number, facet, rows))
        rater_free = set(part.part.facets) == {"ratee", "item"}
        family = part.part.family
        sources.append(
            source_of(part.system, part.start.steps, part.answers, family, number, rater_free=rater_free)
        )
    for number, each in enumerate(attained, start=len(parts)):
        at = layout.places("ratee", each.ratees) * layout.width + number
        none = np.full(len(at), -1)
        for f, facet in enumerate(layout.facets):
            columns[f].append(_padded(layout, at) if facet == "ratee" else none)
        sources.append(GaussianValues(each.value, 1 / each.se**2, number))
    index = [each[0] if len(each) == 1 else np.concatenate(each) for each in columns]
    rater = layout.facets.index("rater") if "rater" in layout.facets else None
    design = design_of(index, layout.sizes, layout.signs, ratee=0, rater=rater, width=layout.width)
    return design, tuple(sources)


def _column(layout: Layout, part: RatingBlock, number: int, facet: str, rows: Mapping[str, Codes]) -> Codes:
    """Shared elements of a facet that a part's combinations add up, -1 for none."""
    if facet not in rows:
        return np.full(len(rows["ratee"]), -1)
    at = layout.places(facet, part.ratings.elements[facet])[rows[facet]]
    if facet != "ratee":
        return at
    main = at * layout.width + number
    if not part.departures:
        return _padded(layout, main)
    first = layout.dimensions.index(nested_dimension(part.dimension, part.departures[0]))
    return np.stack([main, at * layout.width + first + rows[_COMPETENCY]], axis=1)


def _padded(layout: Layout, main: Codes) -> Codes:
    """With a column for the competency where other parts have one."""
    if layout.width == layout.free:
        return main
    return np.stack([main, np.full(len(main), -1)], axis=1)


def prior_of(layout: Layout, anchors: Anchors, prior_weight: float, random: Mapping[str, float]) -> Prior:
    """Where the search for variances begins."""
    of_part = [name.split("/", 1)[0] for name in layout.dimensions[layout.free :]]
    departs = np.array([layout.dimensions.index(name) for name in of_part], dtype=np.int64)
    variance = np.where(np.arange(layout.width) < layout.free, RATEE_START, DEPARTURE_START)
    held = []
    for facet, size in zip(layout.facets, layout.sizes, strict=True):
        known = anchors.get(facet, {})
        values = np.array([known.get(name, np.nan) for name in layout.elements[facet]], dtype=float)
        held.append(values if len(values) == size else np.full(size, np.nan))
    return Prior(
        covariance=np.diag(variance),
        mean=np.zeros(layout.width),
        free=layout.free,
        departs=departs,
        ratee=0,
        variances=tuple(random.get(facet) for facet in layout.facets),
        assumed=tuple(random.get(facet) for facet in layout.facets),
        halo=0.0,
        prior_weight=prior_weight,
        held=tuple(held),
    )


def start_of(
    layout: Layout, design: Design, parts: Sequence[PreparedBlock], sources: tuple[Source, ...], prior: Prior
) -> State:
    """A state to begin with: log-odds of raw scores."""
    locations = [np.zeros(size) for size in layout.sizes]
    told = [np.zeros(size) for size in layout.sizes]
    for number, part in enumerate(parts):
        for facet, x in zip(part.part.facets[:-1], part.start.locations, strict=False):
            f = layout.facets.index(facet)
            at = layout.places(facet, part.part.ratings.elements[facet])
            at = at * layout.width + number if facet == "ratee" else at
            locations[f][at] += np.clip(x, -_FURTHEST, _FURTHEST)
            told[f][at] += 1
    locations = [
        np.where(np.isfinite(held), held, x / np.maximum(n, 1))
        for x, n, held in zip(locations, told, prior.held, strict=True)
    ]
    return State(
        locations=locations,
        halos=np.zeros(design.n_pairs),
        sources=sources,
        prior=prior,
        spread=np.full(len(design.pair), 0.05),
    )
