"""What a kind of evidence is: all that measuring, reading a cycle and a later scoring ask of it.

A kind is read once as arrays, prepared factor by factor as blocks of the common fit, and asked after the
fit for counts and the map to 0-100. What it is called, and in which order kinds come, is `KINDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from leadline.evidence import Evidence
from leadline.frameworks import Framework
from leadline.frameworks import Kind as KindName
from leadline.measurement.factors.kinds.item_scale import ItemScale
from leadline.measurement.factors.kinds.occasions import Dated, Occasions
from leadline.measurement.kernels.arrays import Codes, Flags
from leadline.measurement.values.factor_map import Curve
from leadline.measurement.values.notice import Notice
from leadline.measurement.variational.anew import Rows
from leadline.measurement.variational.common_posterior import CommonPosterior
from leadline.measurement.variational.evidence_blocks import RatingBlock, ValueBlock

Counts = NDArray[np.int64]


class Counted(NamedTuple):
    """Pieces of evidence, distinct raters and distinct items of every ratee, shape (P,) each."""

    n: Counts
    n_raters: Counts
    n_items: Counts


class Prepared(Protocol):
    """One factor's evidence before the common fit."""

    @property
    def source(self) -> RatingBlock | ValueBlock: ...  # noqa: D102  a field

    @property
    def anchors(self) -> Mapping[str, Mapping[str, float]]: ...  # noqa: D102  a field


class Calibrated(Protocol):
    """One factor's evidence after the common fit."""

    @property
    def remarks(self) -> frozenset[str]:
        """Notices that concern the factor: the last part of their codes."""
        ...

    def counts(self, ratees: Sequence[str], cycle: str | None) -> Counted:
        """How much there is of each ratee in a cycle."""
        ...

    def curve(self, framework: Framework) -> Curve:
        """Map from the common fit to 0-100."""
        ...


class RowsOfDimension(NamedTuple):
    """Rows of one dimension for a later scoring: what they are of, and how many of what each of R ratees has.

    ``at`` (N,) are numbers of ratees; ``nested`` (N,) dimensions of competencies and ``rater`` and
    ``others`` (N, 2) codes, -1 for none.
    """

    dimension: int
    at: Codes
    nested: Codes
    rater: Codes
    others: Codes
    rows: Rows
    counted: Counted


class Later(Protocol):
    """What a later scoring knows before it sees its evidence."""

    @property
    def framework(self) -> Framework: ...  # noqa: D102  a field

    @property
    def ratees(self) -> tuple[str, ...]: ...  # noqa: D102  a field

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Dimensions of the calibration, competencies after factors."""
        ...

    def place(self, source: Dated) -> Codes:
        """Number of each of the ratees of a source among those of the scoring."""
        ...

    def distinct(self, source: Dated, rows: NDArray[np.intp] | Flags, what: Codes) -> Counts:
        """Number of distinct things that each ratee has in some rows."""
        ...

    def numbers(self, facet: str, names: tuple[str, ...]) -> Codes:
        """Number of each rater or relationship; -1 where the facet has no effect."""
        ...


def _says_nothing(*_: Any) -> tuple[Notice, ...]:
    return ()


def _never(*_: Any) -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of evidence. The arrays that `read` gives go into all other functions as they are.

    Attributes
    ----------
    name : str
        As frameworks declare it.
    in_logits : bool
        Whether its locations mean anything to a reader.
    read : callable
        Arrays with a ratee and a cycle a row, from the evidence and the framework; None without any.
    prepare : callable
        A factor's evidence, from arrays, framework, factor and occasions; None where nothing can be said.
    calibrate : callable
        The same after the fit, from arrays, what was prepared and the common posterior.
    later : callable
        Rows for a later scoring, from arrays, `Later`, number of the dimension, factor and the items' scale
        as it was calibrated (None for a dimension without items); None where there are none.
    is_flat : callable
        Whether a factor of which nothing was prepared has evidence all the same, which is all alike.
    notices : callable
        What the arrays as a whole have to say.
    """

    name: KindName
    in_logits: bool
    read: Callable[[Evidence, Framework], Any]
    prepare: Callable[[Any, Framework, str, Occasions], Prepared | None]
    calibrate: Callable[[Any, Any, CommonPosterior], Calibrated]
    later: Callable[[Any, Later, int, str, ItemScale | None], RowsOfDimension | None]
    is_flat: Callable[[Any, Framework, str], bool] = _never
    notices: Callable[[Any], tuple[Notice, ...]] = _says_nothing


def dimension_name(kind: KindName, factor: str) -> str:
    """Name of a factor seen through a kind of evidence.

    Examples
    --------
    >>> dimension_name("exam", "insight"), dimension_name("ratings", "insight")
    ('exam:insight', 'insight')
    """
    return factor if kind == "ratings" else f"{kind}:{factor}"


def value_rows(number: int, at: Codes, values: ValueBlock, counted: Counted) -> RowsOfDimension:
    """Rows of values with known error."""
    none = np.full(len(at), -1)
    rows = Rows(np.full((len(at), 1), np.inf), values.value, 1 / values.se**2, np.ones(len(at), dtype=bool))
    return RowsOfDimension(number, at, none, none, np.stack([none, none], axis=1), rows, counted)
