"""Fit a many-facet model to a table of ratings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np
import scipy
from threadpoolctl import threadpool_limits

from leadline import __version__
from leadline.errors import MeasurementError, UsageError
from leadline.evidence import read_table
from leadline.evidence.frames import Frame
from leadline.measurement.assemble import components, facet_measures, listed_categories, threshold_table
from leadline.measurement.calibrate import Calibration, Progress, calibrate
from leadline.measurement.facet import Agreement, FacetMeasures
from leadline.measurement.fitted import FacetFit
from leadline.measurement.notice import Notice
from leadline.measurement.ratings import Ratings, ratings_from_table
from leadline.measurement.row_faults import with_rows
from leadline.measurement.variational.calibrate import MarginalCalibration, calibrate_marginal

MODELS = ("rating-scale", "partial-credit")
METHODS = ("marginal", "joint")
STOPPING = ("converged", "facets")

PEOPLE = ("ratee", "rater")
"""Facets whose locations the marginal method takes as random."""

THIN = 10
"""Ratings per ratee below which joint estimates spread visibly too far."""


def fit(
    table: Frame | str | Path,
    *,
    model: str = "rating-scale",
    method: str = "marginal",
    ratee: str = "ratee",
    rater: str | None = "rater",
    item: str = "item",
    rating: str = "rating",
    relationship: str | None = None,
    facets: Sequence[str] = (),
    weight: str | None = None,
    anchors: Mapping[str, Mapping[str, float]] | None = None,
    noncentered: str | None = None,
    stopping: str = "converged",
    threads: int | None = None,
    progress: Progress | None = None,
) -> FacetFit:
    r"""Fit a many-facet rating-scale or partial-credit model.

    .. math:: \log(P_{k}/P_{k-1}) = \theta_p - \lambda_r - \gamma_g - \dots - \delta_{ik}

    with :math:`\delta_{ik} = b_i + \tau_k` (``rating-scale``) or free (``partial-credit``). Score
    equations, extreme scores (moved 0.3 points) and conditional standard errors are those of FACETS
    and Winsteps where the method is ``joint``.

    Parameters
    ----------
    table : polars.DataFrame or path
        One row a rating, N rows. Rows whose rating is empty are left out.
    model : {"rating-scale", "partial-credit"}
        Whether items share their thresholds. Categories are those that occur: one in between that
        nobody used is closed up, as FACETS does unless told to keep it.
    method : {"marginal", "joint"}
        Ratees, raters and halos as random, their variances estimated, by Gaussian variational EM:
        calibrated errors that count the raters' own. Or joint maximum likelihood, as FACETS and Winsteps.
    ratee, item, rating : str
        Columns.
    rater : str or None
        Column; None where nobody judged, as in an exam.
    relationship : str, optional
        Column whose levels get an effect of their own, the facet ``relationship``.
    facets : sequence of str
        Columns of further facets with an effect of their own, such as task, occasion or site.
    weight : str, optional
        Column of positive weights. A column named ``weight`` is used unasked.
    anchors : mapping of facet to mapping of element to logits, optional
        Elements whose location is fixed; their facet is not centred.
    noncentered : str, optional
        The facet whose mean is free; all others have mean 0. In the marginal method always ``ratee``.
        In the joint method extreme elements are left out of the mean, and the default is ``rater``, or
        ``ratee`` where there is no rater or all raters are anchored; where the design falls apart,
        facets are centred in each part.
    stopping : {"converged", "facets"}
        To the optimum, or (joint method) as soon as FACETS would stop: residuals below 0.5 score
        points, changes below 0.01 logit.
    threads : int, optional
        Threads of the linear algebra; by default as many as there are processors.
    progress : callable, optional
        Called with the number of each iteration and its largest change in logits.

    Returns
    -------
    FacetFit

    Raises
    ------
    UsageError
        An option is unknown, names no facet or does not go with the method.
    EvidenceError
        Rows hold something else than is needed, or a ratee, rater and item (and further elements)
        occur twice; every fault with its row.
    MeasurementError
        A column is missing, or the ratings do not vary.

    Notes
    -----
    Newton's method over all parameters, the largest facet eliminated. Cost per iteration O(cells)
    where item sets repeat, O(N) otherwise. Sources: Linacre (1989); Andrich (1978); Masters (1982);
    Wright and Masters (1982); Opper and Archambeau (2009). Checked in tests/reference/guilford_1954/.

    Examples
    --------
    >>> from leadline.evidence.frames import frame
    >>> given = {"ada": (4, 3, 5, 4), "lin": (2, 3, 3, 1), "mei": (3, 2, 4, 4)}
    >>> table = frame({
    ...     "ratee": [name for name in given for _ in range(4)],
    ...     "rater": ["r1", "r1", "r2", "r2"] * 3,
    ...     "item": ["listens", "decides"] * 6,
    ...     "rating": [rating for four in given.values() for rating in four],
    ... })
    >>> found = fit(table)
    >>> found.facets["ratee"].elements, found.facets["ratee"].measure.round(2)
    (('ada', 'lin', 'mei'), array([ 1.03, -0.61,  0.29]))
    """
    began = perf_counter()
    _check_option("model", model, MODELS)
    _check_option("method", method, METHODS)
    _check_option("stopping", stopping, STOPPING)
    data = read_table(table) if isinstance(table, (str, Path)) else table
    columns = {"ratee": ratee, **({"rater": rater} if rater else {}), "item": item}
    columns |= {"relationship": relationship} if relationship else {}
    for name in facets:
        if name in columns:
            raise UsageError("measurement.facet_twice", facet=name)
        columns[name] = name
    if weight is None and "weight" in data.columns:
        weight = "weight"
    try:
        ratings = ratings_from_table(data, columns, rating, weight)
    except MeasurementError as error:
        place = Path(table).name if isinstance(table, (str, Path)) else "ratings"
        raise with_rows(
            error, data, elements=columns.values(), rating=rating, weight=weight, place=place
        ) from error
    with threadpool_limits(limits=threads, user_api="blas"):
        return fit_ratings(
            ratings,
            model=model,
            method=method,
            anchors=anchors,
            noncentered=noncentered,
            stopping=stopping,
            progress=progress,
            began=began,
        )


def fit_ratings(
    ratings: Ratings,
    *,
    model: str = "rating-scale",
    method: str = "marginal",
    anchors: Mapping[str, Mapping[str, float]] | None = None,
    noncentered: str | None = None,
    stopping: str = "converged",
    progress: Progress | None = None,
    began: float | None = None,
) -> FacetFit:
    """Fit ratings that are coded already; see `fit`.

    Parameters
    ----------
    ratings : Ratings
    model, method, anchors, noncentered, stopping, progress
        As for `fit`.
    began : float, optional
        Moment from which ``seconds`` count.

    Returns
    -------
    FacetFit

    Raises
    ------
    UsageError, MeasurementError
        As for `fit`.
    """
    began = perf_counter() if began is None else began
    anchors = {facet: dict(values) for facet, values in (anchors or {}).items() if values}
    for facet, values in anchors.items():
        _check_option("anchors", facet, ratings.facets)
        if not all(np.isfinite(value) for value in values.values()):
            raise MeasurementError("measurement.anchor_not_finite", facet=facet)
        if not set(values) & set(ratings.elements[facet]):
            raise MeasurementError("measurement.anchors_match_nothing", facet=facet)
    if method == "marginal":
        _check_option("noncentered", noncentered or "ratee", ratings.facets)
        if noncentered not in (None, "ratee"):
            raise UsageError("measurement.only_joint", name="noncentered", value=noncentered, allowed="ratee")
        if stopping != STOPPING[0]:
            raise UsageError("measurement.only_joint", name="stopping", value=stopping, allowed=STOPPING[0])
        return _fit_marginal(ratings, anchors, shared=model == "rating-scale", progress=progress, began=began)
    noncentered = noncentered or _default_noncentered(ratings, anchors)
    _check_option("noncentered", noncentered, ratings.facets)
    calibration = calibrate(
        ratings,
        shared=model == "rating-scale",
        noncentered=noncentered,
        anchors=anchors,
        early=stopping == "facets",
        progress=progress,
    )
    return fitted(
        ratings, calibration, noncentered=noncentered, anchors=anchors, stopping=stopping, began=began
    )


def _fit_marginal(
    ratings: Ratings,
    anchors: Mapping[str, Mapping[str, float]],
    *,
    shared: bool,
    progress: Progress | None,
    began: float,
) -> FacetFit:
    known = calibrate_marginal(ratings, shared=shared, anchors=anchors, progress=progress)
    return fitted(
        ratings, known.calibration, noncentered="ratee", anchors=anchors, posterior=known, began=began
    )


def fitted(
    ratings: Ratings,
    calibration: Calibration,
    *,
    noncentered: str,
    anchors: Mapping[str, object],
    stopping: str = "converged",
    posterior: MarginalCalibration | None = None,
    began: float | None = None,
) -> FacetFit:
    """The figures of a calibration that was made already.

    Parameters
    ----------
    ratings : Ratings
    calibration : Calibration
    noncentered : str
    anchors : mapping of facet
    stopping : {"converged", "facets"}
    posterior : MarginalCalibration, optional
        Where the calibration comes from the marginal method.
    began : float, optional
        Moment from which ``seconds`` count.

    Returns
    -------
    FacetFit
    """
    found = facet_measures(ratings, calibration)
    return FacetFit(
        model=MODELS[0] if calibration.shared else MODELS[1],
        method="joint" if posterior is None else "marginal",
        stopping=stopping,
        noncentered=noncentered,
        facets=found,
        thresholds=threshold_table(ratings, calibration),
        variance=components(found) if posterior is None else posterior.components,
        log_likelihood=calibration.log_likelihood,
        log_likelihood_kind="joint" if posterior is None else "variational lower bound",
        iterations=calibration.iterations,
        converged=calibration.converged,
        seconds=0.0 if began is None else perf_counter() - began,
        subsets=comparable_ratees(ratings, calibration),
        agreement=Agreement(*calibration.summary.agreement),
        warnings=tuple(_notices(ratings, calibration, found, anchors, random=posterior is not None)),
        input_hash=ratings.hash,
        versions={"leadline": __version__, "numpy": np.__version__, "scipy": scipy.__version__},
        ratings=ratings,
        calibration=calibration,
        posterior=posterior,
    )


def _check_option(name: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise UsageError("errors.no_such_option", name=name, value=value, allowed=", ".join(allowed))


def _default_noncentered(ratings: Ratings, anchors: Mapping[str, object]) -> str:
    """The raters; the ratees where anchors of other facets say where the scale lies."""
    if "rater" not in ratings.facets or (anchors and "ratee" not in anchors):
        return "ratee"
    return "rater"


def comparable_ratees(ratings: Ratings, calibration: Calibration) -> tuple[tuple[str, ...], ...]:
    """Sets of ratees that can be compared with one another, largest first.

    Parameters
    ----------
    ratings : Ratings
    calibration : Calibration

    Returns
    -------
    tuple of tuple of str
        Ratees without a finite estimate of their own are in none.
    """
    number = calibration.facets.index("ratee")
    group = calibration.design.groups[number]
    names = np.array(ratings.elements["ratee"], dtype=object)
    sets = [tuple(names[group == g].tolist()) for g in range(calibration.design.n_groups[number])]
    return tuple(sorted(sets, key=lambda one: (-len(one), one)))


def _notices(
    ratings: Ratings,
    calibration: Calibration,
    facets: Mapping[str, FacetMeasures],
    anchors: Mapping[str, object],
    *,
    random: bool,
) -> list[Notice]:
    """What the reader should know before using the figures."""
    found: list[tuple[str, dict[str, object]]] = []
    groups = dict(zip(calibration.facets, calibration.design.n_groups, strict=True))
    if groups["ratee"] > 1:
        found.append(("subsets_random" if random else "subsets", {"n": groups["ratee"]}))
    elif apart := [facet for facet, n in groups.items() if n > 1]:
        found.append(("confounded", {"facets": ", ".join(apart)}))
    if not calibration.bounded:
        found.append(("no_maximum", {}))
    elif not calibration.converged:
        found.append(("not_converged", {"n": calibration.iterations}))
    for facet, measures in facets.items():
        if measures.extreme.any():
            names = [
                e for e, is_extreme in zip(measures.elements, measures.extreme, strict=True) if is_extreme
            ]
            listed = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
            code = "extreme" if not random else "extreme_random" if facet in PEOPLE else "extreme_fixed"
            found.append((code, {"facet": facet, "n": len(names), "elements": listed}))
        if len(measures.elements) == 1 and facet not in anchors:
            found.append(("one_element", {"facet": facet}))
    unused = sorted(set(listed_categories(calibration.labels).tolist()) - set(calibration.labels.tolist()))
    if unused:
        found.append(("unused_categories", {"categories": ", ".join(map(str, unused))}))
    each = ratings.n / len(ratings.elements["ratee"])
    if each < THIN and not random:
        found.append(("thin", {"n": round(each, 1)}))
    return [Notice(f"measurement.notice.{code}", fields) for code, fields in found]
