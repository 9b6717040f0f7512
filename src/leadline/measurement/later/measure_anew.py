"""Some ratees of a cycle measured anew, items, variances and raters held at what was found before.

Every ratee is measured from its own rows alone. Items, steps, variances and the distribution of people
are fixed. A rater's severity, and the effect of a relationship, has as prior what everybody *else's* rows
told of it at first (`Held.others`): with the ratee's own first rows still in it they would count twice, and
held at a point it would make errors too small. What a ratee's new rows tell of raters stays with
that ratee, so nobody's figures depend on who else is measured anew.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from scipy.linalg import block_diag

from leadline.errors import MeasurementError
from leadline.evidence import Evidence
from leadline.frameworks import Framework
from leadline.measurement.factors.held import Held, Others
from leadline.measurement.factors.kinds.all_kinds import KINDS
from leadline.measurement.factors.kinds.occasions import occasion_name
from leadline.measurement.factors.measures import Measures
from leadline.measurement.kernels.arrays import Codes
from leadline.measurement.kernels.threads import at_most
from leadline.measurement.later.evidence_rows import LaterEvidence
from leadline.measurement.later.merge import Merging
from leadline.measurement.variational.anew import Normal, Placed, Rows, inverse, posterior_given
from leadline.measurement.variational.messages import OwnRows, prior_of_own


def measure_anew(
    before: Measures, evidence: Evidence, framework: Framework, ratees: Collection[str]
) -> Measures:
    """Measures of a whole cycle in which some ratees alone are measured anew.

    Parameters
    ----------
    before : Measures
        With what it was calibrated to: from `measure` with ``keep``, or from this function.
    evidence : Evidence
        Rows of other ratees are not read.
    framework : Framework
    ratees : collection of str
        Whom to measure: also ones that ``before`` does not know. One who has no rows any more
        has no figures any more.

    Returns
    -------
    Measures
        Of everybody else to the byte as before. Without fits, which describe the first calibration.

    Raises
    ------
    MeasurementError
        ``before`` was measured without ``keep``.

    Notes
    -----
    Ratings of items, and evidence of dimensions, that the calibration did not know tell nothing.

    Examples
    --------
    >>> from leadline.evidence import read_evidence
    >>> from leadline.frameworks import load_framework
    >>> from leadline.measurement import measure
    >>> framework = load_framework("technical-leadership")
    >>> goals = {"ratee": ["ada", "lin"], "item": ["goal_attainment"] * 2, "value": [80, 60]}
    >>> goals |= {"target": [100, 100], "baseline": [0, 0]}
    >>> before = measure(read_evidence({"outcomes": goals}, framework), framework, keep=True)
    >>> later = read_evidence({"outcomes": goals | {"value": [80, 70]}}, framework)
    >>> after = measure_anew(before, later, framework, ["lin"])
    >>> [one.dimensions[0].value.round(1).tolist() for one in (before, after)]
    [[76.8, 63.2], [76.8, 70.0]]
    """
    held = before.held
    if held is None:
        raise MeasurementError("measurement.nothing_held")
    own = evidence.of_ratees(ratees, before.cycle)
    names = tuple(sorted({*own.ratees, *(set(ratees) & set(before.ratees))}))
    if not names:
        return before
    read = {name: kind.read(own, framework) for name, kind in KINDS.items()}
    fresh = LaterEvidence(
        held=held,
        framework=framework,
        ratees=names,
        evidence={name: each for name, each in read.items() if each is not None},
    )
    with at_most(None):
        placed = [
            _placed(fresh, occasion_name(name, before.cycle), rows) if len(rows.rows) else None
            for name, rows in zip(names, fresh.own_rows(), strict=True)
        ]
        return Merging(before=before, held=held, fresh=fresh, placed=placed).measures(own)


def _placed(fresh: LaterEvidence, name: str, own: OwnRows) -> Placed:
    """One ratee's posterior, as presented."""
    held, width = fresh.held, len(fresh.held.dimensions)
    n_held = len(held.location)
    known = np.union1d(own.others[own.others < n_held], held.messages.of(name).others)
    new = own.others[own.others >= n_held]
    index = np.concatenate([known, new])
    n_own = own.columns.shape[1] - len(own.others)
    columns = np.zeros((len(own.rows), n_own + len(index)))
    columns[:, :n_own] = own.columns[:, :n_own]
    columns[:, n_own + np.searchsorted(index, own.others)] = own.columns[:, n_own:]
    others = held.others(name, known)
    facets = [fresh.newcomers[n - n_held][0] for n in new.tolist()]
    precision = block_diag(
        prior_of_own(inverse(held.covariance), n_own - width, held.halo),
        others.precision,
        np.diag([1 / held.variance[facet] for facet in facets]),
    )
    mean = np.concatenate([held.mean, np.zeros(n_own - width), others.mean, np.zeros(len(new))])
    rows = Rows(*(each[own.rows] for each in fresh.rows))
    found = posterior_given(columns, mean, precision, rows.averaged)
    return _presented(held, found, known, others, n_own)


def _presented(held: Held, found: Normal, known: Codes, others: Others, n_own: int) -> Placed:
    """The zero where it was: at the mean of the raters who are held."""
    width, told = len(held.dimensions), held.told
    at = slice(n_own, n_own + len(known))
    of_others, across = found.covariance[at, at], found.covariance[:width, at]
    follows = np.zeros((held.free, len(held.location)))
    follows[:, known] = np.linalg.solve(of_others, across[: held.free].T).T
    with_zero = np.outer(across @ others.zero, told)
    level = others.zero @ of_others @ others.zero + others.level
    moved = others.zero @ (found.mean[at] - held.location[known])
    return Placed(
        mean=found.mean[:width] - told * moved,
        covariance=found.covariance[:width, :width] - with_zero - with_zero.T + level * np.outer(told, told),
        follows=follows,
    )
