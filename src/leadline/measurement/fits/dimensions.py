"""A many-facet model whose ratees have several correlated dimensions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from leadline.errors import MeasurementError, UsageError
from leadline.evidence import Frame, frame, read_table, rows, write_csv
from leadline.measurement.diagnostics.diagnostics import Diagnostics, of_dimensions
from leadline.measurement.fits.facet_fit import FacetFit
from leadline.measurement.fits.fit import facet_columns, facet_fit_of
from leadline.measurement.kernels.arrays import Floats
from leadline.measurement.kernels.threads import at_most
from leadline.measurement.values.calibration import Progress
from leadline.measurement.values.columns import THRESHOLD_COLUMNS, measure_columns, rounded
from leadline.measurement.values.facet import Component, FacetMeasures
from leadline.measurement.values.models import RASCH
from leadline.measurement.values.notice import Notice
from leadline.measurement.values.ratings import ratings_from_table
from leadline.measurement.variational.calibrate import calibrate_common, calibration_of
from leadline.measurement.variational.common_posterior import CommonPosterior
from leadline.measurement.variational.evidence_blocks import RatingBlock


@dataclass(frozen=True, eq=False, kw_only=True)
class DimensionalFit:
    """D dimensions of the same ratees, fitted together.

    Attributes
    ----------
    fits : mapping of dimension to FacetFit
        Measures, thresholds and fit of each; raters and variances are those of all.
    correlation : array, shape (D, D)
        Of the dimensions among people, not of their estimates.
    seconds : float
    common : CommonPosterior
        The posterior.
    """

    fits: Mapping[str, FacetFit]
    correlation: Floats
    seconds: float
    common: CommonPosterior = field(repr=False)

    @cached_property
    def facets(self) -> Mapping[str, FacetMeasures]:
        """Every facet of every dimension, named ``facet:dimension``."""
        return {
            f"{name}:{dimension}": facet
            for dimension, fit in self.fits.items()
            for name, facet in fit.facets.items()
        }

    @property
    def variance(self) -> tuple[Component, ...]:
        """Variance of each dimension, ``ratee:dimension``, of raters and of halos."""
        return self.common.components()

    @property
    def converged(self) -> bool:
        """Whether the search settled."""
        return self.common.found.converged

    @property
    def iterations(self) -> int:
        """Rounds of the search."""
        return self.common.found.rounds

    @property
    def log_likelihood(self) -> float:
        """Lower bound on the marginal log-likelihood."""
        return self.common.found.bound

    log_likelihood_kind = "variational lower bound"

    @property
    def input_hash(self) -> str:
        """SHA-256 of the ratings of all dimensions."""
        each = "".join(f"{name}:{fit.input_hash};" for name, fit in self.fits.items())
        return hashlib.sha256(each.encode()).hexdigest()

    @property
    def method(self) -> str:
        """``marginal``: the joint method knows no distribution of people."""
        return "marginal"

    @property
    def warnings(self) -> tuple[Notice, ...]:
        """What to know before using the figures, each once."""
        found = {(one.code, str(one.fields)): one for fit in self.fits.values() for one in fit.warnings}
        return tuple(found.values())

    @cached_property
    def diagnostics(self) -> Diagnostics:
        """Rater effects, categories and links of every dimension."""
        return of_dimensions({name: fit.diagnostics for name, fit in self.fits.items()})

    @property
    def remarks(self) -> tuple[Notice, ...]:
        """Warnings, and what diagnostics add to them."""
        return (*self.warnings, *self.diagnostics.remarks)

    def draws(self, n: int, seed: int = 0) -> dict[str, Floats]:
        """Joint posterior draws of all dimensions.

        Parameters
        ----------
        n : int
        seed : int

        Returns
        -------
        dict of ``ratee:dimension`` to array, shape (n, P), logits
            In the order of that dimension's elements.
        """
        drawn = self.common.draws(n, np.random.default_rng(seed))["ratee"]
        places = self.common.layout.places
        return {
            f"ratee:{name}": drawn[:, places("ratee", fit.facets["ratee"].elements), number]
            for number, (name, fit) in enumerate(self.fits.items())
        }

    def to_json(self) -> dict[str, Any]:
        """What ``summary.json`` holds, ready for JSON."""
        return {
            "dimensions": {name: fit.to_json() for name, fit in self.fits.items()},
            "log_likelihood": rounded(self.log_likelihood),
            "correlation": [[rounded(value) for value in row] for row in self.correlation.tolist()],
            "converged": self.converged,
            "seconds": round(self.seconds, 3),
            "warnings": [{**notice.to_json(), "message": notice.describe()} for notice in self.remarks],
        }

    def save(self, directory: str | Path) -> Path:
        """Write measures, thresholds, variances, correlations and a summary.

        Parameters
        ----------
        directory : path
            Made where it does not exist.

        Returns
        -------
        Path
            The directory.
        """
        folder = Path(directory)
        folder.mkdir(parents=True, exist_ok=True)
        names = list(self.fits)
        write_csv(frame(measure_columns(self.facets)), folder / "measures.csv")
        thresholds = {
            column: np.concatenate(
                [np.asarray(getattr(fit.thresholds, column)) for fit in self.fits.values()]
            )
            for column in THRESHOLD_COLUMNS[1:]
        }
        items = [f"{item}:{name}" for name, fit in self.fits.items() for item in fit.thresholds.item]
        write_csv(frame({"item": items, **thresholds}), folder / "thresholds.csv")
        variance = {name: [getattr(one, name) for one in self.variance] for name in Component._fields}
        write_csv(frame(variance), folder / "variance.csv")
        correlation = {name: self.correlation[:, d] for d, name in enumerate(names)}
        write_csv(frame({"dimension": names, **correlation}), folder / "correlations.csv")
        self.diagnostics.save(folder)
        text = json.dumps(self.to_json(), ensure_ascii=False, indent=2, allow_nan=False)
        (folder / "summary.json").write_text(text + "\n", encoding="utf-8", newline="\n")
        return folder


def fit_dimensions(
    table: Frame | str | Path,
    *,
    dimension: str,
    model: str = "rating-scale",
    ratee: str = "ratee",
    rater: str | None = "rater",
    item: str = "item",
    rating: str = "rating",
    facets: Sequence[str] = (),
    weight: str | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> DimensionalFit:
    r"""Fit several correlated dimensions of the same ratees by the marginal method.

    .. math:: \theta_p \sim N(\mu, \Sigma), \qquad
       \log(P_k/P_{k-1}) = \theta_{p,d(i)} - \lambda_r - u_{pr} - \dots - \delta_{ik}

    Raters have one severity and one halo for each ratee in all dimensions; items share their
    thresholds within a dimension (``rating-scale``) or have their own (``partial-credit``).

    Parameters
    ----------
    table : polars.DataFrame or path
        One row a rating, N rows.
    dimension : str
        Column that names the dimension of the rating's item.
    model : {"rating-scale", "partial-credit"}
    ratee, rater, item, rating, facets, weight, threads, progress
        As for `fit`.

    Returns
    -------
    DimensionalFit

    Raises
    ------
    UsageError
        An option is unknown, or a facet is named twice.
    MeasurementError
        As for `fit`, or an item belongs to two dimensions.

    Notes
    -----
    Source: Adams, Wilson and Wang (1997), the multidimensional random coefficients multinomial logit
    model, with the raters of Linacre (1989) as a random facet.

    Examples
    --------
    >>> from leadline.evidence.frames import frame
    >>> given = {"ada": (4, 3, 5, 4), "lin": (2, 3, 3, 1), "mei": (3, 2, 4, 4)}
    >>> table = frame({
    ...     "ratee": [name for name in given for _ in range(4)],
    ...     "rater": ["r1", "r1", "r2", "r2"] * 3,
    ...     "item": ["listens", "decides"] * 6,
    ...     "factor": ["people", "business"] * 6,
    ...     "rating": [rating for four in given.values() for rating in four],
    ... })
    >>> list(fit_dimensions(table, dimension="factor").facets)[:3]
    ['ratee:business', 'rater:business', 'item:business']
    """
    began = perf_counter()
    if model not in RASCH:
        raise UsageError("errors.no_such_option", name="model", value=model, allowed=", ".join(RASCH))
    data = read_table(table) if isinstance(table, (str, Path)) else table
    for column in (dimension, item):
        if column not in data.columns:
            present = ", ".join(data.columns)
            raise MeasurementError("measurement.no_such_column", column=column, present=present)
    if data.get_column(dimension).null_count():
        raise MeasurementError("measurement.empty_cells", column=dimension)
    names = _dimensions(data, item, dimension)
    columns = facet_columns(ratee, rater, item, None, facets)
    if weight is None and "weight" in data.columns:
        weight = "weight"
    with at_most(threads):
        parts = [
            RatingBlock(
                dimension=name,
                ratings=ratings_from_table(
                    data.filter(data.get_column(dimension) == name), columns, rating, weight
                ),
                shared=model == "rating-scale",
            )
            for name in names
        ]
        common = calibrate_common(parts, progress=progress)
        fits = {}
        for number, part in enumerate(parts):
            known = calibration_of(common, number)
            fits[part.dimension] = facet_fit_of(
                part.ratings, known.calibration, model=model, anchors={}, posterior=known, began=began
            )
    covariance = common.found.state.prior.covariance
    sd = np.sqrt(np.diag(covariance))
    return DimensionalFit(
        fits=fits,
        correlation=covariance / np.outer(sd, sd),
        seconds=perf_counter() - began,
        common=common,
    )


def _dimensions(table: Frame, item: str, dimension: str) -> list[Any]:
    """Dimensions in order; each item belongs to one."""
    pairs = rows(table.select(item, dimension).unique().drop_nulls())
    seen: dict[Any, Any] = {}
    for pair in sorted(pairs, key=lambda pair: (str(pair[item]), str(pair[dimension]))):
        first = seen.setdefault(pair[item], pair[dimension])
        if first != pair[dimension]:
            raise MeasurementError(
                "measurement.two_dimensions", item=pair[item], first=first, second=pair[dimension]
            )
    return sorted(set(seen.values()), key=str)
