"""What a many-facet fit found: frozen values that print, save and load."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from leadline.errors import MeasurementError, UsageError
from leadline.evidence import Frame, frame, write_csv
from leadline.measurement.diagnostics.bias_test import bias_table, dif_table
from leadline.measurement.diagnostics.diagnostics import Diagnostics, diagnosed
from leadline.measurement.kernels.arrays import Floats
from leadline.measurement.quadrature.calibrate import QuadratureEstimates
from leadline.measurement.values.calibration import Calibration
from leadline.measurement.values.columns import (
    ITEM_COLUMNS,
    THRESHOLD_COLUMNS,
    fit_fields,
    measure_columns,
    rounded,
)
from leadline.measurement.values.facet import Agreement, Component, FacetMeasures, ItemParameters, Thresholds
from leadline.measurement.values.models import RASCH
from leadline.measurement.values.notice import Notice
from leadline.measurement.values.ratings import Ratings
from leadline.measurement.variational.calibrate import VariationalEstimates


@dataclass(frozen=True, eq=False, kw_only=True)
class FacetFit:
    """A many-facet model fitted to ratings.

    Attributes
    ----------
    model : str
        As given to `leadline.fit`.
    method : {"marginal", "joint"}
    stopping : {"converged", "facets"}
    noncentered : str
        The facet whose mean is free; the others are centred at 0 unless anchored.
    facets : mapping of str to FacetMeasures
        ``ratee``, ``rater``, ``item``, then further facets by column.
    thresholds : Thresholds
    variance : tuple of Component
    log_likelihood : float
    log_likelihood_kind : {"joint", "marginal", "variational lower bound"}
        Joint log-likelihood of the ratings that took part, extreme elements left out; the marginal one,
        random locations integrated out; or the lower bound on the marginal one that Gaussian
        variational EM maximises, NaN where the design is so large that its determinant is not computed.
    approximation : {"none", "adaptive quadrature", "Gaussian variational"}
        How random locations are integrated out: joint estimation has none.
    items : ItemParameters or None
        Slopes and asymptotes of models that have them.
    iterations : int
    converged : bool
    seconds : float
    subsets : tuple of tuple of str
        Ratees that can be compared with one another, largest set first.
    agreement : Agreement
    warnings : tuple of Notice
    input_hash : str
        SHA-256 of the ratings, whatever their order.
    versions : mapping of str to str
    ratings : Ratings or None
        What was fitted; None after ``load``.
    calibration : Calibration or None
        The arrays behind the figures, by kernel; None after ``load``.
    posterior : VariationalEstimates, QuadratureEstimates or None
        The posterior of the marginal method.
    kept_diagnostics : Diagnostics or None
        As loaded; ask for ``diagnostics``.
    """

    model: str
    method: str
    stopping: str
    noncentered: str
    facets: Mapping[str, FacetMeasures]
    thresholds: Thresholds
    variance: tuple[Component, ...]
    log_likelihood: float
    iterations: int
    converged: bool
    seconds: float
    subsets: tuple[tuple[str, ...], ...]
    agreement: Agreement
    warnings: tuple[Notice, ...]
    input_hash: str
    versions: Mapping[str, str]
    ratings: Ratings | None = field(default=None, repr=False)
    calibration: Calibration | None = field(default=None, repr=False)
    log_likelihood_kind: str = "joint"
    approximation: str = "none"
    items: ItemParameters | None = None
    posterior: VariationalEstimates | QuadratureEstimates | None = field(default=None, repr=False)
    kept_diagnostics: Diagnostics | None = field(default=None, repr=False)

    @property
    def remarks(self) -> tuple[Notice, ...]:
        """Warnings, and what diagnostics add to them where they can be made."""
        known = self.kept_diagnostics is not None or self.calibration is not None
        return (*self.warnings, *(self.diagnostics.remarks if known else ()))

    def to_frame(self) -> Frame:
        """Measures of every facet as one table, the columns of ``measures.csv``."""
        return frame(measure_columns(self.facets))

    def to_json(self) -> dict[str, Any]:
        """What ``summary.json`` holds, ready for JSON."""
        by_facet = ("separation", "strata", "reliability", "reliability_real")
        return {
            "model": self.model,
            "method": self.method,
            "stopping": self.stopping,
            "noncentered": self.noncentered,
            "n": {name: len(facet.elements) for name, facet in self.facets.items()},
            "n_ratings": int(sum(self.facets["item"].n)),
            "log_likelihood": rounded(self.log_likelihood),
            "log_likelihood_kind": self.log_likelihood_kind,
            "approximation": self.approximation,
            "iterations": self.iterations,
            "converged": self.converged,
            "seconds": round(self.seconds, 3),
            **{
                name: {key: rounded(getattr(facet, name)) for key, facet in self.facets.items()}
                for name in by_facet
            },
            "agreement": {name: rounded(value) for name, value in self.agreement._asdict().items()},
            "subsets": len(self.subsets),
            "subset_ratees": [list(one) for one in self.subsets] if len(self.subsets) > 1 else [],
            "warnings": [{**notice.to_json(), "message": notice.describe()} for notice in self.remarks],
            "versions": dict(self.versions),
            "input_hash": self.input_hash,
        }

    def save(self, directory: str | Path) -> Path:
        """Write ``measures.csv``, ``thresholds.csv``, ``variance.csv``, diagnostics and ``summary.json``.

        Diagnostics are ``rater_effects.csv``, ``categories.csv`` and ``links.csv``.

        Models with slopes write ``items.csv`` too.

        Two fits of the same ratings write the same bytes, but for ``seconds`` in the summary.

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
        write_csv(self.to_frame(), folder / "measures.csv")
        thresholds = {name: getattr(self.thresholds, name) for name in THRESHOLD_COLUMNS}
        write_csv(frame(thresholds), folder / "thresholds.csv")
        variance = {name: [getattr(one, name) for one in self.variance] for name in Component._fields}
        write_csv(frame(variance), folder / "variance.csv")
        if self.items is not None:
            known = {"item": self.items.items, **{name: getattr(self.items, name) for name in ITEM_COLUMNS}}
            write_csv(frame(known), folder / "items.csv")
        if self.kept_diagnostics is not None or self.calibration is not None:
            self.diagnostics.save(folder)
        text = json.dumps(self.to_json(), ensure_ascii=False, indent=2, allow_nan=False)
        (folder / "summary.json").write_text(text + "\n", encoding="utf-8", newline="\n")
        return folder

    @classmethod
    def load(cls, directory: str | Path) -> FacetFit:
        """Read what `save` wrote: figures to six decimals, without ratings.

        Parameters
        ----------
        directory : path

        Returns
        -------
        FacetFit
            Subsets and correlations of elements are not in the files: ``subset`` is 1 everywhere if
            there is one and 0 otherwise, ``point_measure`` NaN.

        Raises
        ------
        MeasurementError
            A file is missing.
        """
        return cls(**fit_fields(Path(directory)), kept_diagnostics=Diagnostics.load(Path(directory)))

    def draws(self, n: int, seed: int = 0) -> dict[str, Floats]:
        """Joint posterior draws of ratees, raters and further facets, errors shared through raters kept.

        Parameters
        ----------
        n : int
        seed : int

        Returns
        -------
        dict of facet to array, shape (n, E), logits

        Raises
        ------
        MeasurementError
            The method has no posterior, or the fit was loaded from files.
        """
        if self.posterior is None:
            raise MeasurementError("measurement.draws_need_marginal", method=self.method)
        return self.posterior.draws(n, np.random.default_rng(seed))

    def bias(self, facet_a: str, facet_b: str) -> Frame:
        """Departures of pairs of elements from the model, everything else held fixed.

        Parameters
        ----------
        facet_a, facet_b : str
            Two facets, such as ``ratee`` and ``rater``.

        Returns
        -------
        polars.DataFrame, one row a pair
            The two elements; ``n``; total rating ``observed`` and ``expected``; ``difference`` of the
            two for each rating; ``bias`` and ``se`` in logits (positive: rated higher than
            expected); ``t``, ``p`` and the false discovery rate ``q`` (Benjamini and Hochberg 1995);
            ``flagged`` where q <= .05; ``local_measure``, the measure facet_a's element would have here.
            `bias_test` tests the table as a whole.

        Raises
        ------
        UsageError
            A facet is unknown, or both are the same.
        MeasurementError
            The fit was loaded from files, so that its ratings are not at hand; or its model has slopes
            or cumulative logits.
        """
        for name in (facet_a, facet_b):
            if name not in self.facets or facet_a == facet_b:
                allowed = ", ".join(one for one in self.facets if one != facet_a or name == facet_a)
                raise UsageError("errors.no_such_option", name="facet", value=name, allowed=allowed)
        if self.ratings is None or self.calibration is None:
            raise MeasurementError("measurement.bias_needs_ratings")
        if self.calibration.curves is not None:
            raise MeasurementError("measurement.bias_needs_rasch", model=self.model, allowed=", ".join(RASCH))
        return bias_table(self.ratings, self.calibration, self.facets, facet_a, facet_b)

    def dif(self, groups: Mapping[str, str]) -> Frame:
        """Items that are harder or easier for a group of ratees than for the others, all else held fixed.

        Parameters
        ----------
        groups : mapping of ratee to group
            Ratees that are not named take no part.

        Returns
        -------
        polars.DataFrame, one row a group and item; of two groups the smaller one
            ``group``, ``item``; ``n`` ratings of the group; ``contrast`` and ``se`` in logits (positive:
            harder for the group); ``z``, ``p``, ``q``, ``flagged``; ``grade`` A, B or C as at ETS;
            ``mh_chi2``, ``mh_p``, ``mh_log_odds`` of Mantel and Haenszel (positive: the group scores
            higher), ratings matched on location.

        Raises
        ------
        MeasurementError
            Fewer than two groups, or the fit was loaded from files.

        Notes
        -----
        Sources: Zwick, Thayer and Lewis (1999); Mantel (1963); Liu and Agresti (1996). Errors take the
        rest of the fit as known and single ratings as independent.
        """
        if self.ratings is None or self.calibration is None:
            raise MeasurementError("measurement.bias_needs_ratings")
        if self.calibration.curves is not None:
            raise MeasurementError("measurement.bias_needs_rasch", model=self.model, allowed=", ".join(RASCH))
        return dif_table(self.ratings, self.calibration, self.facets, groups)

    @cached_property
    def diagnostics(self) -> Diagnostics:
        """Rater effects, categories and links, made when first asked for.

        Raises
        ------
        MeasurementError
            The fit was loaded from a folder without them.
        """
        if self.kept_diagnostics is not None:
            return self.kept_diagnostics
        if self.ratings is None or self.calibration is None:
            raise MeasurementError("measurement.diagnostics_need_ratings")
        posterior = self.posterior is not None
        return diagnosed(self.ratings, self.calibration, self.facets, self.thresholds, widened=posterior)
