"""Who ties the design together, and where it hangs by a thread."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from leadline.measurement.diagnostics.rater_sums import RaterSums
from leadline.measurement.kernels.arrays import Codes, Floats, add_up
from leadline.measurement.kernels.resistance import Bridges, Web, bridges, comparison_variances, rater_parts

THIN, THINNER = 0.5, 2.0
"""Logits, and times the median, above which the error of a comparison of raters is called large."""

_MOST_ADVICE = 1000


class Links(NamedTuple):
    """How R raters are tied to the others.

    Attributes
    ----------
    n_ratees, n_shared : array of int, shape (R,)
        Ratees of the rater; those whom somebody else rated as well.
    comparison_se : array, shape (R,), logits
        Root of the mean variance of the difference between this rater's severity and another's; NaN
        where the rater can be compared with nobody.
    finding : tuple of str, R
        ``alone``: shares no ratee. ``single_link``: one shared ratee ties the rater to the rest.
        ``bridge``: this rater's ratings of one ratee alone join two groups of raters. ``thin``: the
        error is above 0.5 logit and twice the median.
    beyond : array of int, shape (R,)
        Raters who would be cut off.
    through : array of int, shape (R,)
        The ratee on whom it hangs, -1 where there is none.
    advice_rater, advice_ratee : array of int, shape (R,)
        Somebody who should rate somebody as well as this rater, -1 where there is no need.
    """

    n_ratees: Codes
    n_shared: Codes
    comparison_se: Floats
    finding: tuple[str, ...]
    beyond: Codes
    through: Codes
    advice_rater: Codes
    advice_ratee: Codes


def links_of(sums: RaterSums, n_ratees: int, n_raters: int) -> Links:
    """Ties of every rater.

    Parameters
    ----------
    sums : RaterSums
    n_ratees, n_raters : int

    Returns
    -------
    Links

    Notes
    -----
    Effective resistances, exact up to 2,500 raters; see `kernels.resistance`.
    """
    web = Web(sums.ratee, sums.rater, sums.variance, n_ratees, n_raters)
    of_ratee = add_up(web.ratee, n_ratees)
    shared = add_up(web.rater, n_raters, (of_ratee[web.ratee] > 1).astype(float)).astype(np.int64)
    error = np.sqrt(comparison_variances(web))
    beyond, through = np.zeros(n_raters, np.int64), np.full(n_raters, -1)
    found = bridges(web)
    for edge in np.argsort(found.beyond, kind="stable").tolist():
        at = web.rater[found.edge[edge]]
        beyond[at], through[at] = found.beyond[edge], web.ratee[found.edge[edge]]
    single = (shared == 1) & (beyond > 0)
    middle = np.nanmedian(error) if np.isfinite(error).any() else np.inf
    thin = (error > THIN) & (error > THINNER * middle)
    finding = np.select(
        [shared == 0, single, beyond > 0, thin], ["alone", "single_link", "bridge", "thin"], ""
    )
    finding = np.where(n_raters > 1, finding, "")
    who, whom = _advice(web, error, finding != "", found, through)
    n_rated = add_up(web.rater, n_raters).astype(np.int64)
    return Links(n_rated, shared, error, tuple(finding.tolist()), beyond, through, who, whom)


def _advice(web: Web, error: Floats, weak: Codes, found: Bridges, through: Codes) -> tuple[Codes, Codes]:
    """For each weak rater somebody on the other side, and whom both should rate."""
    who, whom = np.full(web.n_raters, -1), np.full(web.n_raters, -1)
    off_bridges = np.ones(len(web.rater), dtype=bool)
    off_bridges[found.edge] = False
    block = rater_parts(web._replace(ratee=web.ratee[off_bridges], rater=web.rater[off_bridges]))
    main = np.flatnonzero(block == np.bincount(block).argmax())
    firm = main[np.argsort(np.nan_to_num(error[main], nan=np.inf), kind="stable")][:2].tolist()
    rated = _Rated(web)
    for n in np.flatnonzero(weak)[:_MOST_ADVICE].tolist():
        beside = web.rater[web.ratee == through[n]] if through[n] >= 0 and n in main else np.array(firm)
        others = beside[(beside != n) & ((through[n] < 0) | (block[beside] != block[n]))]
        if len(others) == 0:
            continue
        own, theirs = rated.by(n), rated.by(int(others[0]))
        choices = np.setdiff1d(own, [*theirs, through[n]])
        choices = choices if len(choices) else np.setdiff1d(theirs, own)
        if len(choices):
            who[n], whom[n] = others[0], choices[rated.known[choices].argmax()]
    return who, whom


class _Rated:
    """Ratees by rater, and how much is known of each."""

    def __init__(self, web: Web) -> None:
        self.order = np.argsort(web.rater, kind="stable")
        self.cuts = np.concatenate([[0], np.cumsum(np.bincount(web.rater, minlength=web.n_raters))])
        self.ratee = web.ratee[self.order]
        self.known = add_up(web.ratee, web.n_ratees, web.information)

    def by(self, rater: int) -> Codes:
        """Ratees of a rater."""
        return self.ratee[self.cuts[rater] : self.cuts[rater + 1]]
