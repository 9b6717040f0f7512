"""Fit a many-facet model to a table of ratings."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np
import scipy

from leadline import __version__
from leadline.errors import MeasurementError, UsageError
from leadline.evidence import Blocks, Frame, read_blocks, whole
from leadline.measurement.diagnostics.facet_tables import components, facet_measures, threshold_table
from leadline.measurement.fits.estimator import Estimator, estimator_for
from leadline.measurement.fits.facet_fit import FacetFit
from leadline.measurement.fits.notices import comparable_ratees, notices
from leadline.measurement.fits.row_faults import with_rows
from leadline.measurement.joint.calibrate import calibrate
from leadline.measurement.kernels.threads import at_most
from leadline.measurement.quadrature.calibrate import (
    QuadratureEstimates,
    calibrate_answers,
    calibrate_grouped,
)
from leadline.measurement.values.calibration import Calibration, Progress
from leadline.measurement.values.facet import Agreement
from leadline.measurement.values.models import MODELS, PEOPLE
from leadline.measurement.values.notice import Notice
from leadline.measurement.values.ratings import Ratings, ratings_from_table
from leadline.measurement.variational.calibrate import VariationalEstimates, calibrate_crossed
from leadline.measurement.variational.source import Family

METHODS = ("marginal", "joint")
STOPPING = ("converged", "facets")
FAMILIES: Mapping[str, Family] = {"generalized-partial-credit": "own slopes", "graded": "cumulative"}

_LOG = logging.getLogger(__name__)


def fit(
    table: Frame | Blocks | str | Path,
    *,
    model: str = "rating-scale",
    method: str = "marginal",
    ratee: str | None = "ratee",
    rater: str | None = "rater",
    item: str | None = "item",
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
    r"""Fit a many-facet model of ratings, or an item response model of answers.

    .. math:: \log(P_{k}/P_{k-1}) = \theta_p - \lambda_r - \gamma_g - \dots - \delta_{ik}

    with :math:`\delta_{ik} = b_i + \tau_k` (``rating-scale``) or free (``partial-credit``); times a slope
    :math:`a_i` (``generalized-partial-credit``, ``2pl``); or in cumulative logits (``graded``). Score
    equations, extreme scores (moved 0.3 points) and conditional standard errors are those of FACETS
    and Winsteps where the method is ``joint``.

    Parameters
    ----------
    table : polars.DataFrame, Blocks or path
        One row a rating, N rows. Rows whose rating is empty are left out. Parquet and delimited text
        are read block by block; a rating then takes 13 bytes.
    model : {"rating-scale", "partial-credit", "generalized-partial-credit", "graded", "1pl", "2pl", "3pl"}
        ``rating-scale``: items share their thresholds. ``1pl``, ``2pl``, ``3pl``: answers of 0 and 1
        without raters. All but the first two have no anchors and no joint method. ``graded`` has slopes
        of 1 and shared thresholds beside raters or further facets. Categories are those that occur: one
        in between that nobody used is closed up, as FACETS does unless told to keep it.
    method : {"marginal", "joint"}
        Ratees, raters and halos as random, their variances estimated: calibrated errors that count the
        raters' own. Integrated out by adaptive quadrature where nothing is crossed, else by Gaussian
        variational EM; the choice is logged. Or joint maximum likelihood, as FACETS and Winsteps.
    rating : str
        Column.
    ratee, item : str or None
        Columns; None where ratings are not of different ones. Without ratees a rater may rate the
        same item more than once.
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
        Threads of the compiled kernels; by default as many as there are processors. Figures do not
        depend on it.
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
    Wright and Masters (1982); Muraki (1992); Samejima (1969); Birnbaum (1968); Opper and Archambeau
    (2009); Pinheiro and Bates (1995). Checked in tests/reference/: guilford_1954, lsat7,
    randell_wine_1989, crossed.

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
    data = read_blocks(table) if isinstance(table, (str, Path)) else table
    columns = facet_columns(ratee, rater, item, relationship, facets)
    if weight is None and "weight" in data.columns:
        weight = "weight"
    try:
        with at_most(threads):
            ratings = ratings_from_table(data, columns, rating, weight, repeats=ratee is None)
    except MeasurementError as error:
        place = Path(table).name if isinstance(table, (str, Path)) else "ratings"
        elements = [column for column in columns.values() if column is not None]
        seen = whole(data)
        raise with_rows(error, seen, elements=elements, rating=rating, weight=weight, place=place) from error
    with at_most(threads):
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


def facet_columns(
    ratee: str | None, rater: str | None, item: str | None, relationship: str | None, facets: Sequence[str]
) -> dict[str, str | None]:
    """Column of every facet.

    Raises
    ------
    UsageError
        A facet is named twice.
    """
    columns = {"ratee": ratee, **({"rater": rater} if rater else {}), "item": item}
    columns |= {"relationship": relationship} if relationship else {}
    for name in facets:
        if name in columns:
            raise UsageError("measurement.facet_twice", facet=name)
        columns[name] = name
    return columns


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
    chosen = estimator_for(ratings, model, method, anchors)
    _LOG.info("%s by the %s method (%s): %d ratings", model, method, chosen, ratings.n)
    if ratings.repeated and chosen != "one grouping facet":
        raise MeasurementError("measurement.repeats", example=ratings.repeated, model=model)
    if chosen != "joint":
        _check_option("noncentered", noncentered or "ratee", ratings.facets)
        if noncentered not in (None, "ratee"):
            raise UsageError("measurement.only_joint", name="noncentered", value=noncentered, allowed="ratee")
        if stopping != STOPPING[0]:
            raise UsageError("measurement.only_joint", name="stopping", value=stopping, allowed=STOPPING[0])
        known = _marginal(chosen, ratings, model, anchors, progress)
        return facet_fit_of(
            ratings, known.calibration, model=model, anchors=anchors, posterior=known, began=began
        )
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
    return facet_fit_of(
        ratings,
        calibration,
        model=model,
        noncentered=noncentered,
        anchors=anchors,
        stopping=stopping,
        began=began,
    )


def _marginal(
    chosen: Estimator,
    ratings: Ratings,
    model: str,
    anchors: Mapping[str, Mapping[str, float]],
    progress: Progress | None,
) -> VariationalEstimates | QuadratureEstimates:
    if chosen == "answers":
        return calibrate_answers(ratings, model)
    if chosen == "one grouping facet":
        return calibrate_grouped(ratings, model)
    shared = model in ("rating-scale", "graded")
    family = FAMILIES.get(model, "slope 1")
    return calibrate_crossed(ratings, shared=shared, family=family, anchors=anchors, progress=progress)


def facet_fit_of(
    ratings: Ratings,
    calibration: Calibration,
    *,
    model: str = "rating-scale",
    noncentered: str = "ratee",
    anchors: Mapping[str, object],
    stopping: str = "converged",
    posterior: VariationalEstimates | QuadratureEstimates | None = None,
    began: float | None = None,
) -> FacetFit:
    """The figures of a calibration that was made already.

    Parameters
    ----------
    ratings : Ratings
    calibration : Calibration
    model, noncentered : str
    anchors : mapping of facet
    stopping : {"converged", "facets"}
    posterior : VariationalEstimates or QuadratureEstimates, optional
        Where the calibration comes from the marginal method.
    began : float, optional
        Moment from which ``seconds`` count.

    Returns
    -------
    FacetFit
    """
    random = posterior is not None
    found = facet_measures(ratings, calibration, shrunken=PEOPLE if random else ())
    kind, approximation, items = "joint", "none", None
    told: tuple[Notice, ...] = ()
    if isinstance(posterior, QuadratureEstimates):
        kind, approximation, items = "marginal", "adaptive quadrature", posterior.items
        noncentered, told = posterior.noncentered, posterior.warnings
    elif posterior is not None:
        items = posterior.items
        kind, approximation = "variational lower bound", "Gaussian variational"
        if zero := [one.component for one in posterior.components if one.variance == 0]:
            told = (Notice("measurement.notice.zero_variance", {"facets": ", ".join(zero)}),)
    return FacetFit(
        model=model,
        method="marginal" if random else "joint",
        stopping=stopping,
        noncentered=noncentered,
        facets=found,
        thresholds=threshold_table(ratings, calibration),
        variance=components(found) if posterior is None else posterior.components,
        log_likelihood=calibration.log_likelihood,
        log_likelihood_kind=kind,
        approximation=approximation,
        items=items,
        iterations=calibration.iterations,
        converged=calibration.converged,
        seconds=0.0 if began is None else perf_counter() - began,
        subsets=comparable_ratees(ratings, calibration),
        agreement=Agreement(*calibration.summary.agreement),
        warnings=tuple(notices(ratings, calibration, found, anchors, random=random, told=told)),
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
