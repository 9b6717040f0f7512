"""Ratings of an evidence as arrays: who rated whom on what, in which cycle, as what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from leadline.evidence import Evidence, Frame, codes
from leadline.frameworks import Framework
from leadline.measurement.factors.kinds.occasions import named
from leadline.measurement.kernels.arrays import Codes, Flags, Floats
from leadline.measurement.values.ratings import Ratings, ordered_ratings

SELF = "self"
_COLUMNS = ("ratee", "rater", "item", "relationship", "cycle", "rating", "weight")


@dataclass(frozen=True, eq=False, kw_only=True)
class RatingArrays:
    """N ratings that were given, those of unknown items left out.

    Attributes
    ----------
    ratee, rater, item, relationship, cycle : array of int, shape (N,)
        Positions in the tuple of names beside each; ``cycle`` is -1 where the table names none.
    rating : array of int64, shape (N,)
    weight : array, shape (N,)
    is_self : bool array, shape (N,)
    counts : bool array, shape (N,)
        Whether the rating enters measures: not of oneself, and by a group that counts.
    """

    ratee: Codes
    rater: Codes
    item: Codes
    relationship: Codes
    cycle: Codes
    ratees: tuple[str, ...]
    raters: tuple[str, ...]
    items: tuple[str, ...]
    relationships: tuple[str, ...]
    cycles: tuple[str, ...]
    rating: NDArray[np.int64]
    weight: Floats
    is_self: Flags
    counts: Flags

    @cached_property
    def occasion(self) -> Codes:
        """Ratee and cycle as one number: ``ratee * (cycles + 1) + cycle + 1``."""
        return self.ratee.astype(np.int64) * (len(self.cycles) + 1) + self.cycle + 1

    def of_items(self, item_ids: tuple[str, ...]) -> Flags:
        """Ratings of some items, shape (N,)."""
        wanted = np.isin(np.array(self.items, dtype=object), item_ids)
        return np.asarray(wanted[self.item], dtype=bool)


def rating_arrays_of(evidence: Evidence, framework: Framework) -> RatingArrays | None:
    """Ratings of the framework's items; None where there are none.

    Parameters
    ----------
    evidence : Evidence
    framework : Framework

    Returns
    -------
    RatingArrays or None
    """
    table = evidence.ratings
    if table is None:
        return None
    known = table.get_column("rating").is_not_null()
    known &= table.get_column("item").is_in([item.id for item in framework.items])
    table = table.select(_COLUMNS).filter(known)
    if table.height == 0:
        return None
    ratee, ratees = codes(table, "ratee")
    rater, raters = codes(table, "rater")
    item, items = codes(table, "item")
    relationship, relationships = codes(_filled(table, "relationship"), "relationship")
    cycle, cycles = _cycles(table, evidence.cycles)
    rating = table.get_column("rating").to_numpy().astype(np.int64)
    weight = table.get_column("weight").fill_null(1.0).to_numpy().astype(np.float64)
    # In one order whatever the file's, so that sums come out the same to the last bit.
    order = np.lexsort((cycle, item, rater, ratee))
    ratee, rater, item, relationship = ratee[order], rater[order], item[order], relationship[order]
    place = {name: n for n, name in enumerate(ratees)}
    same = np.array([place.get(name, -1) for name in raters])
    is_self = (same[rater] == ratee) | (np.array(relationships, dtype=object) == SELF)[relationship]
    without = {group.id for group in framework.relationships if not group.counts}
    enters = np.array([name not in without for name in relationships], dtype=bool)
    return RatingArrays(
        ratee=ratee,
        rater=rater,
        item=item,
        relationship=relationship,
        cycle=cycle[order],
        ratees=ratees,
        raters=raters,
        items=items,
        relationships=relationships,
        cycles=cycles,
        rating=rating[order],
        weight=weight[order],
        is_self=is_self,
        counts=~is_self & enters[relationship],
    )


def _filled(table: Frame, column: str) -> Frame:
    return table.with_columns(table.get_column(column).fill_null("peer"))


def _cycles(table: Frame, cycles: tuple[str, ...]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Position of each row's cycle among all cycles, -1 where it names none."""
    named = table.get_column("cycle").fill_null("")
    found, names = codes(table.with_columns(named.alias("cycle")), "cycle")
    position = np.array([cycles.index(name) if name in cycles else -1 for name in names], dtype=np.int64)
    return position[found], cycles


def ratings_of(rating_arrays: RatingArrays, rows: NDArray[np.intp], occasion: Codes) -> tuple[Ratings, Codes]:
    """Ratings of some rows for calibration, each ratee and cycle being an element of its own.

    Parameters
    ----------
    rating_arrays : RatingArrays
    rows : array of int, shape (n,)
    occasion : array of int, shape (n,)
        Of each row, as `Occasions.rows` gives it.

    Returns
    -------
    ratings : Ratings
        Facet ``ratee`` holds occasions, in their order; ``relationship`` is a facet where there are
        several.
    occasions : array of int, shape (P,)
        The occasion that each element is.
    """
    occasions, ratee = np.unique(occasion, return_inverse=True)
    coded: dict[str, tuple[NDArray[np.int32], tuple[str, ...]]] = {
        "ratee": (ratee.astype(np.int32), named(rating_arrays, occasions)),
        "rater": _compressed(rating_arrays.rater[rows], rating_arrays.raters),
        "item": _compressed(rating_arrays.item[rows], rating_arrays.items),
        "relationship": _compressed(rating_arrays.relationship[rows], rating_arrays.relationships),
    }
    if len(coded["relationship"][1]) == 1:
        del coded["relationship"]
    return ordered_ratings(coded, rating_arrays.rating[rows], rating_arrays.weight[rows]), occasions


def _compressed(codes_: Codes, names: tuple[str, ...]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    present, found = np.unique(codes_, return_inverse=True)
    return found.astype(np.int32), tuple(names[n] for n in present.tolist())
