"""All evidence once calibrated together, over all cycles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leadline.frameworks import Kind as KindName
from leadline.measurement.factors.kinds.kind import Calibrated as CalibratedFactor
from leadline.measurement.factors.kinds.occasions import Dated
from leadline.measurement.factors.kinds.rating_arrays import RatingArrays
from leadline.measurement.factors.kinds.ratings import RatedFactor
from leadline.measurement.values.notice import Notice
from leadline.measurement.variational.common_posterior import CommonPosterior


@dataclass(frozen=True, eq=False, kw_only=True)
class Calibrated:
    """Everything calibrated over all cycles, and what it was calibrated from.

    Attributes
    ----------
    common : CommonPosterior
    evidence : mapping of kind to arrays
    factors : mapping of kind to mapping of factor to what was calibrated of it
    notices : tuple of Notice
    """

    common: CommonPosterior
    evidence: Mapping[KindName, Dated]
    factors: Mapping[KindName, Mapping[str, CalibratedFactor]]
    notices: tuple[Notice, ...] = field(default=())

    @property
    def rating_arrays(self) -> RatingArrays | None:
        """The ratings, of which reports say more than of other kinds: by relationship, by competency."""
        found = self.evidence.get("ratings")
        return found if isinstance(found, RatingArrays) else None

    @property
    def rated(self) -> dict[str, RatedFactor]:
        """Factors with ratings."""
        factors = self.factors.get("ratings", {})
        return {name: one for name, one in factors.items() if isinstance(one, RatedFactor)}
